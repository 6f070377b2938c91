#version 330
uniform bool butt;          // without round ends, so that the ghost's pieces do not show where they meet
in vec2 pixel;
flat in float length_;
flat in float half_;
in vec4 hue;
out vec4 colour;

void main() {
    if (butt && (pixel.x < 0.0 || pixel.x > length_)) discard;
    float beyond = max(max(-pixel.x, pixel.x - length_), 0.0);
    float away = length(vec2(beyond, pixel.y));
    float cover = clamp(half_ + 0.5 - away, 0.0, 1.0);
    if (cover <= 0.0) discard;
    colour = vec4(hue.rgb, 1.0) * hue.a * cover;
}
