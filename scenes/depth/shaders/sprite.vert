#version 330
// A part of the atlas on a parallelogram.
in vec2 corner;             // -1 or 1 along and down
in vec4 base, across, down; // its upper left corner and its sides, in clip space
in vec4 part;               // x, y, width and height on the atlas, as fractions of it
in float opacity;
out vec2 at;
flat out float cover;

void main() {
    vec2 along = corner * 0.5 + 0.5;
    at = part.xy + along * part.zw;
    cover = opacity;
    gl_Position = base + along.x * across + along.y * down;
}
