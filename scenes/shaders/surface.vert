#version 330
// A loss surface: every vertex with its normal and where it stands in the domain.
uniform mat4 view;        // scene to clip space
in vec3 position;
in vec3 normal;
in vec3 place;            // u and v from 0 to 1 across the domain, and the height as a fraction of what is shown
out vec3 at;
out vec3 facing;
out vec3 where;

void main() {
    at = position;
    facing = normal;
    where = place;
    gl_Position = view * vec4(position, 1.0);
}
