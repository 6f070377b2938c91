#version 330
// A loss surface: every vertex with its normal and where it stands in the domain; lit here, once for each.
uniform mat4 view;        // scene to clip space
uniform vec3 light;       // towards the light, unit length
uniform vec3 halfway;     // between light and camera, unit length
uniform vec3 density;     // lines of the grid along u and v, and contour lines from bottom to top
uniform float begun, reach;  // what is drawn of it along u, from 0 to 1
in vec3 position;
in vec3 normal;
in vec3 place;            // u and v from 0 to 1 across the domain, and the height as a fraction of what is shown
in vec3 tint;             // the colour of its height
out vec3 lit;
out vec3 line;            // a line of the grid or a contour line is where this is whole

void main() {
    vec3 n = normalize(normal);
    float diffuse = max(dot(n, light), 0.0);
    float sky = 0.5 + 0.5 * n.z;
    float gloss = pow(max(dot(n, halfway), 0.0), 24.0);
    lit = tint * (0.30 + 0.28 * sky + 0.75 * diffuse) + 0.10 * gloss;
    line = place * density;
    // What is outside the heights shown is cut off here: a fragment that may be discarded costs more.
    gl_ClipDistance[0] = place.z + 0.001;
    gl_ClipDistance[1] = 1.001 - place.z;
    gl_ClipDistance[2] = place.x - begun;
    gl_ClipDistance[3] = reach - place.x;
    gl_Position = view * vec4(position, 1.0);
}
