#version 330
// A loss surface: every vertex with its normal and where it stands in the domain.
uniform mat4 view;        // scene to clip space
in vec3 position;
in vec3 normal;
in vec3 place;            // u and v from 0 to 1 across the domain, and the height as a fraction of what is shown
in vec3 tint;             // the colour of its height
out vec3 base;
out vec3 facing;
out vec3 where;

void main() {
    base = tint;
    facing = normal;
    where = place;
    gl_Position = view * vec4(position, 1.0);
}
