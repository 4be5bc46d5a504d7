/** The part of three r111 that the load view uses. */
export class Vector3 {
  x: number;
  y: number;
  z: number;
  constructor(x?: number, y?: number, z?: number);
  set(x: number, y: number, z: number): this;
  copy(v: Vector3): this;
  project(camera: Camera): this;
}
export class Vector2 {
  constructor(x?: number, y?: number);
}
export class Color {
  constructor(value?: string | number);
  r: number;
  g: number;
  b: number;
}
export class Euler {
  x: number;
  y: number;
  z: number;
}
export class Box3 {
  constructor(min?: Vector3, max?: Vector3);
  min: Vector3;
  max: Vector3;
}
export class Ray {
  intersectBox(box: Box3, target: Vector3): Vector3 | null;
  origin: Vector3;
}
export class Raycaster {
  ray: Ray;
  setFromCamera(point: Vector2, camera: Camera): void;
}
export class Object3D {
  position: Vector3;
  rotation: Euler;
  scale: Vector3;
  visible: boolean;
  frustumCulled: boolean;
  renderOrder: number;
  add(...objects: Object3D[]): this;
  remove(...objects: Object3D[]): this;
  lookAt(target: Vector3): void;
  updateMatrixWorld(force?: boolean): void;
}
export class Scene extends Object3D {}
export class Group extends Object3D {}
export class Camera extends Object3D {}
export class PerspectiveCamera extends Camera {
  constructor(fov: number, aspect: number, near: number, far: number);
  aspect: number;
  updateProjectionMatrix(): void;
}
export class BufferAttribute {
  constructor(array: Float32Array, itemSize: number);
  needsUpdate: boolean;
}
export class InstancedBufferAttribute extends BufferAttribute {}
export class BufferGeometry {
  index: BufferAttribute | null;
  attributes: Record<string, BufferAttribute>;
  setAttribute(name: string, attribute: BufferAttribute): this;
  setDrawRange(start: number, count: number): void;
  dispose(): void;
}
export class BoxBufferGeometry extends BufferGeometry {
  constructor(width: number, height: number, depth: number);
}
export class InstancedBufferGeometry extends BufferGeometry {
  maxInstancedCount: number;
}
export class CylinderBufferGeometry extends BufferGeometry {
  constructor(top: number, bottom: number, height: number, segments?: number);
}
export class SphereBufferGeometry extends BufferGeometry {
  constructor(radius: number, widthSegments?: number, heightSegments?: number);
}
export class EdgesGeometry extends BufferGeometry {
  constructor(geometry: BufferGeometry);
}
export interface MaterialOptions {
  color?: string | number | Color;
  transparent?: boolean;
  opacity?: number;
  depthTest?: boolean;
  depthWrite?: boolean;
  polygonOffset?: boolean;
  polygonOffsetFactor?: number;
  polygonOffsetUnits?: number;
  side?: number;
}
export class Material {
  constructor(options?: MaterialOptions);
  opacity: number;
  dispose(): void;
}
export class ShaderMaterial extends Material {
  constructor(options: {
    vertexShader: string;
    fragmentShader: string;
    extensions: { derivatives: boolean };
    uniforms: Record<string, { value: unknown }>;
  });
  uniforms: Record<string, { value: unknown }>;
}
export class MeshBasicMaterial extends Material {}
export class LineBasicMaterial extends Material {}
export class Mesh extends Object3D {
  constructor(geometry: BufferGeometry, material: Material);
  geometry: BufferGeometry;
  material: Material;
}
export class LineSegments extends Object3D {
  constructor(geometry: BufferGeometry, material?: Material);
  geometry: BufferGeometry;
  material: Material;
}
export class WebGLRenderer {
  constructor(options: { canvas: HTMLCanvasElement; antialias: boolean; alpha: boolean });
  setPixelRatio(ratio: number): void;
  setSize(width: number, height: number, updateStyle: boolean): void;
  render(scene: Scene, camera: Camera): void;
  dispose(): void;
  forceContextLoss(): void;
}
export const BackSide: number;
