/* The value and the gradient of the funky surface at many points, written out by hand. */
#include <math.h>

void funky(long count, const double *restrict us, const double *restrict vs, double *restrict values,
           double *restrict dus, double *restrict dvs)
{
#pragma omp parallel for simd schedule(static)
    for (long i = 0; i < count; i++) {
        double u = us[i], v = vs[i];
        double basin = 5 * u * v * (1 - u) * (1 - v);
        double basin_u = 5 * v * (1 - v) * (1 - 2 * u), basin_v = 5 * u * (1 - u) * (1 - 2 * v);
        double grown = exp(u);
        double cos_v = cos(10 * v), sin_v = sin(10 * v), sin_uv = sin(10 * u * v), cos_uv = cos(10 * u * v);
        double waves = basin * cos_v * sin_uv * grown;
        double waves_u = cos_v * grown * ((basin_u + basin) * sin_uv + 10 * v * basin * cos_uv);
        double waves_v = grown * (cos_v * (basin_v * sin_uv + 10 * u * basin * cos_uv) - 10 * sin_v * basin * sin_uv);

        double along = exp((v - 0.4) * (v - 0.4) / -0.03);
        double hill = along * exp((u - 0.2) * (u - 0.2) / -0.03);
        double sin_u = sin(25 * u), cos_u = cos(25 * u);
        double ridge = 0.6 * along * sin_u * (1 - u) * (1 - u);
        double ridge_u = 0.6 * along * (1 - u) * (25 * cos_u * (1 - u) - 2 * sin_u);

        double peak = exp((u - 0.7) * (u - 0.7) / -0.02), pit = exp((u - 0.4) * (u - 0.4) / -0.02);
        double across = 1.4 * exp((v - 0.6) * (v - 0.6) / -0.02);
        double pair = across * (peak - pit);
        double pair_u = across * ((u - 0.7) * peak - (u - 0.4) * pit) / -0.01;

        values[i] = 0.3 * (waves + hill + ridge + pair);
        dus[i] = 0.3 * (waves_u + hill * (u - 0.2) / -0.015 + ridge_u + pair_u);
        dvs[i] = 0.3 * (waves_v + (hill + ridge) * (v - 0.4) / -0.015 + pair * (v - 0.6) / -0.01);
    }
}
