#version 330
// A piece of a line, as wide on the screen everywhere: a rectangle around it that faces the camera.
uniform mat4 view;          // scene to clip space
uniform vec2 size;          // of the picture, in pixels
uniform float nearer;       // how much nearer than it is the line is drawn, so that what it lies on does not hide it
in vec2 corner;             // -1 or 1 along and across
in vec3 tail, head;
in float width;             // in pixels
in vec4 tint;
out vec2 pixel;             // from the tail, along and across
flat out float length_;
flat out float half_;
out vec4 hue;

void main() {
    vec4 a = view * vec4(tail, 1.0), b = view * vec4(head, 1.0);
    vec2 from = a.xy / a.w * size * 0.5, to = b.xy / b.w * size * 0.5;
    vec2 way = to - from;
    length_ = length(way);
    vec2 along = length_ > 1e-6 ? way / length_ : vec2(1.0, 0.0);
    vec2 side = vec2(-along.y, along.x);
    half_ = 0.5 * width;
    float reach = half_ + 1.0;
    hue = tint;
    pixel = vec2(corner.x < 0.0 ? -reach : length_ + reach, corner.y * reach);
    vec4 end = corner.x < 0.0 ? a : b;
    vec2 spot = from + along * pixel.x + side * pixel.y;
    gl_Position = vec4(spot / (size * 0.5) * end.w, end.z - nearer * end.w, end.w);
}
