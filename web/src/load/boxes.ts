import {
  BoxBufferGeometry,
  Color,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Mesh,
  ShaderMaterial,
  Vector3,
} from "three";
import type { Colouring } from "./colouring";
import { kept, type Section } from "./section";
import type { PlacedBox } from "./types";

/**
 * Metres on screen axes: x along the vehicle to the door, y up, z from right to left. In the layout y
 * grows to the right as one looks in through the door, so that z is what is left of the width: the
 * picture would be a mirror's otherwise.
 */
export const SCALE = 1 / 1000;
/** Beyond every vehicle, in metres. */
const FAR = 1000;

/**
 * All boxes in one draw call: each is an instance of a unit cube, in loading order, so that showing
 * the first n of them is a count. Edges and patterns are drawn by the shader from the place on the
 * face, in metres; lines that would be finer than a pixel fade out.
 *
 * A section needs no clipping planes: what a plane along the axes leaves of such a box is a box, so
 * the shader makes each end at the plane, closed and with its edges, and ten thousand cost nothing.
 */
export class BoxMesh {
  readonly mesh: Mesh;
  private readonly geometry = new InstancedBufferGeometry();
  private readonly material: ShaderMaterial;

  constructor(
    private readonly boxes: PlacedBox[],
    ranks: Map<number, number>,
    private readonly widthMm: number,
    dark: boolean,
  ) {
    const cube = new BoxBufferGeometry(1, 1, 1);
    this.geometry.index = cube.index;
    for (const name of ["position", "normal"]) {
      const attribute = cube.attributes[name];
      if (attribute) this.geometry.setAttribute(name, attribute);
    }
    const corner = new Float32Array(boxes.length * 3);
    const extent = new Float32Array(boxes.length * 3);
    const rank = new Float32Array(boxes.length);
    boxes.forEach((box, index) => {
      const left = widthMm - box.yMm - box.widthMm;
      corner.set([box.xMm * SCALE, box.zMm * SCALE, left * SCALE], index * 3);
      extent.set(
        [box.lengthMm * SCALE, box.heightMm * SCALE, box.widthMm * SCALE],
        index * 3,
      );
      rank[index] = ranks.get(box.stop) ?? 0;
    });
    this.geometry.setAttribute("corner", new InstancedBufferAttribute(corner, 3));
    this.geometry.setAttribute("extent", new InstancedBufferAttribute(extent, 3));
    this.geometry.setAttribute("rank", new InstancedBufferAttribute(rank, 1));
    this.material = new ShaderMaterial({
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      extensions: { derivatives: true },
      uniforms: {
        gap: { value: 0 },
        low: { value: new Vector3(-FAR, -FAR, -FAR) },
        high: { value: new Vector3(FAR, FAR, FAR) },
        ambient: { value: dark ? 0.62 : 0.7 },
        line: { value: new Color(dark ? 0x0b1416 : 0xffffff) },
      },
    });
    this.mesh = new Mesh(this.geometry, this.material);
    this.mesh.frustumCulled = false;
  }

  paint({ categories, of }: Colouring) {
    const tint = new Float32Array(this.boxes.length * 4);
    const colours = categories.map((each) => new Color(each.colour));
    of.forEach((category, index) => {
      const colour = colours[category];
      if (!colour) return;
      const pattern = categories[category]?.pattern ?? 0;
      tint.set([colour.r, colour.g, colour.b, pattern], index * 4);
    });
    this.geometry.setAttribute("tint", new InstancedBufferAttribute(tint, 4));
  }

  /** Shows the first `count` boxes, stops `gap` metres apart. */
  show(count: number, gap: number) {
    this.geometry.maxInstancedCount = count;
    this.mesh.visible = count > 0;
    const uniform = this.material.uniforms.gap;
    if (uniform) uniform.value = gap;
  }

  /** Leaves of every box what a section keeps; all of it without one. */
  cut(section: Section | null) {
    const low = new Vector3(-FAR, -FAR, -FAR);
    const high = new Vector3(FAR, FAR, FAR);
    if (section) {
      const { fromMm, toMm } = kept(section);
      const [from, to] = [Math.max(-FAR, fromMm * SCALE), Math.min(FAR, toMm * SCALE)];
      if (section.axis === "length") [low.x, high.x] = [from, to];
      else if (section.axis === "height") [low.y, high.y] = [from, to];
      else [low.z, high.z] = [this.widthMm * SCALE - to, this.widthMm * SCALE - from];
    }
    const { uniforms } = this.material;
    if (uniforms.low) uniforms.low.value = low;
    if (uniforms.high) uniforms.high.value = high;
  }

  dispose() {
    this.geometry.dispose();
    this.material.dispose();
  }
}

const VERTEX = `
attribute vec3 corner;
attribute vec3 extent;
attribute float rank;
attribute vec4 tint;
uniform float gap;
uniform float ambient;
uniform vec3 low;
uniform vec3 high;
varying vec4 vTint;
varying vec2 vFace;
varying vec2 vFrom;
varying vec2 vTo;
varying float vShade;
varying float vCut;
vec2 flat2(vec3 way, vec3 of) {
  return way.x > 0.5 ? of.zy : way.y > 0.5 ? of.xz : of.xy;
}
void main() {
  vec3 from = max(vec3(0.0), low - corner);
  vec3 to = min(extent, high - corner);
  if (any(lessThanEqual(to, from))) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    return;
  }
  vec3 local = mix(from, to, position + 0.5);
  vec3 way = abs(normal);
  vFace = flat2(way, local);
  vFrom = flat2(way, from);
  vTo = flat2(way, to);
  vec3 ended = max(step(vec3(1e-5), extent - to) * normal, -step(vec3(1e-5), from) * normal);
  vCut = max(ended.x, max(ended.y, ended.z));
  vShade = ambient + 0.34 * max(0.0, dot(normal, vec3(0.33, 0.76, 0.56)))
    + 0.12 * max(0.0, dot(normal, vec3(-0.74, 0.37, -0.56)));
  vTint = tint;
  vec3 place = corner + local;
  place.x += rank * gap;
  gl_Position = projectionMatrix * modelViewMatrix * vec4(place, 1.0);
}`;

const FRAGMENT = `
uniform vec3 line;
varying vec4 vTint;
varying vec2 vFace;
varying vec2 vFrom;
varying vec2 vTo;
varying float vShade;
varying float vCut;
float stripe(float along, float pixel) {
  float step = 0.11;
  float off = abs(fract(along / step) - 0.5) * step;
  return (1.0 - smoothstep(0.014, 0.014 + pixel, off)) * (1.0 - smoothstep(0.02, 0.05, pixel));
}
float pattern(float kind, vec2 at, vec2 pixel) {
  float p = max(pixel.x, pixel.y);
  float slant = 0.7071;
  if (kind < 0.5) return 0.0;
  if (kind < 1.5) return stripe((at.x + at.y) * slant, p);
  if (kind < 2.5) {
    vec2 cell = (fract(at / 0.11) - 0.5) * 0.11;
    return (1.0 - smoothstep(0.024, 0.024 + p, length(cell))) * (1.0 - smoothstep(0.02, 0.05, p));
  }
  if (kind < 3.5) return stripe(at.y, p);
  if (kind < 4.5) return stripe((at.x - at.y) * slant, p);
  if (kind < 5.5) return max(stripe(at.x, p), stripe(at.y, p));
  if (kind < 6.5) return stripe(at.x, p);
  return max(stripe((at.x + at.y) * slant, p), stripe((at.x - at.y) * slant, p));
}
void main() {
  vec2 pixel = vec2(length(vec2(dFdx(vFace.x), dFdy(vFace.x))),
    length(vec2(dFdx(vFace.y), dFdy(vFace.y))));
  // Where the section went through, a face is pale and has a bold edge, as cuts are drawn.
  vec3 tint = mix(vTint.rgb, vec3(1.0), 0.42 * vCut);
  vec3 colour = tint * mix(vShade, 1.0, vCut);
  colour = mix(colour, colour * 0.62, pattern(floor(vTint.w + 0.5), vFace, pixel));
  vec2 edge = min(vFace - vFrom, vTo - vFace) / max(pixel, vec2(1e-6));
  float near = 1.0 - smoothstep(0.6 + vCut, 1.5 + vCut, min(edge.x, edge.y));
  vec2 wide = (vTo - vFrom) / max(pixel, vec2(1e-6));
  near *= smoothstep(2.0, 9.0, min(wide.x, wide.y));
  vec3 ink = mix(line, vTint.rgb * 0.3, vCut);
  gl_FragColor = vec4(mix(colour, ink, near * mix(0.75, 1.0, vCut)), 1.0);
}`;
