#version 330
uniform sampler2D atlas;
in vec2 at;
flat in float cover;
out vec4 colour;

void main() {
    colour = texture(atlas, at) * cover;
}
