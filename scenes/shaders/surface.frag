#version 330
// Coloured by height, lit from one side, with contour lines and a fine grid that stay as thin at any size.
uniform vec3 light;          // towards the light, unit length
uniform vec3 halfway;        // between light and camera, unit length
uniform float opacity;
uniform float contours;      // how many lines from bottom to top
uniform float cells;         // of the grid, along each side
uniform float fine;          // how wide a line is, in pixels
in vec3 base;
in vec3 facing;
in vec3 where;
out vec4 colour;

// How much of this pixel a line at every whole number of `x` covers.
float lines(float x) {
    float width = fwidth(x);
    float line = 1.0 - smoothstep(0.0, fine, abs(fract(x - 0.5) - 0.5) / max(width, 1e-6));
    return line * smoothstep(0.5, 0.2, width);  // too dense to be told apart: none
}

void main() {
    if (where.z < -0.001 || where.z > 1.001) discard;  // above or below the heights shown
    vec3 n = normalize(facing);
    if (gl_FrontFacing) n = -n;  // the picture's y points down, which turns front into back
    float diffuse = max(dot(n, light), 0.0);
    float sky = 0.5 + 0.5 * n.z;
    float gloss = max(dot(n, halfway), 0.0);
    gloss *= gloss; gloss *= gloss; gloss *= gloss; gloss *= gloss * gloss;  // to the power of 24
    vec3 lit = base * (0.30 + 0.28 * sky + 0.75 * diffuse) + 0.10 * gloss;
    lit *= 1.0 - 0.22 * max(lines(where.x * cells), lines(where.y * cells));
    lit = mix(lit, vec3(1.0), 0.30 * lines(where.z * contours));
    colour = vec4(lit, 1.0) * opacity;
}
