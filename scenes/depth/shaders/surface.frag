#version 330
// Lit, with contour lines and a fine grid that stay as thin at any size.
uniform float opacity;
uniform vec3 contour;        // the colour of contour lines
uniform float fine;          // how wide a line is, in pixels
in vec3 lit;
in vec3 line;
out vec4 colour;

void main() {
    vec3 width = abs(dFdx(line)) + abs(dFdy(line));
    // How much of this pixel each line covers; lines too dense to be told apart are none, nor is a plain.
    vec3 away = abs(line - round(line)) + 1e-5;
    vec3 cover = clamp(1.0 - away / (fine * width + 1e-6), 0.0, 1.0) * clamp((0.5 - width) / 0.3, 0.0, 1.0);
    vec3 shade = lit * (1.0 - 0.22 * max(cover.x, cover.y));
    colour = vec4(mix(shade, contour, 0.30 * cover.z), 1.0) * opacity;
}
