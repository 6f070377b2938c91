#version 330
uniform vec3 right, up, eye, light, halfway;
in vec2 across;
in vec4 hue;
flat in vec4 middle;
flat in vec4 towards;
out vec4 colour;

void main() {
    float r = length(across);
    float edge = fwidth(r);
    float cover = 1.0 - smoothstep(1.0 - edge, 1.0 + edge, r);
    if (cover <= 0.0) discard;
    vec2 inside = across * min(1.0, 0.999 / max(r, 1e-6));
    float depth = sqrt(max(1.0 - dot(inside, inside), 0.0));
    vec3 n = inside.x * right + inside.y * up + depth * eye;
    float diffuse = max(dot(n, light), 0.0);
    float gloss = pow(max(dot(n, halfway), 0.0), 40.0);
    float rim = pow(1.0 - depth, 3.0);
    vec3 lit = hue.rgb * (0.42 + 0.68 * diffuse) * (1.0 - 0.35 * rim) + 0.45 * gloss;
    vec4 clip = middle + depth * towards;
    gl_FragDepth = 0.5 + 0.5 * clip.z / clip.w;
    colour = vec4(lit, 1.0) * hue.a * cover;
}
