#version 330
// A lit ball, drawn on a square that faces the camera.
uniform mat4 view;          // scene to clip space
uniform vec3 right, up, eye;  // the camera's axes in the scene, unit length
in vec2 corner;
in vec3 centre;
in float radius;
in vec4 tint;
out vec2 across;
out vec4 hue;
flat out vec4 middle;       // the centre in clip space
flat out vec4 towards;      // one radius towards the camera, in clip space

void main() {
    across = corner * 1.15;
    hue = tint;
    middle = view * vec4(centre, 1.0);
    towards = view * vec4(radius * eye, 0.0);
    vec3 at = centre + radius * (across.x * right + across.y * up);
    gl_Position = view * vec4(at, 1.0);
}
