import type { Pose } from "./orbit";
import type { LoadScene } from "./scene";

/** Pictures that are looked at alike: who turns one turns all of them. */
export class Looks {
  private readonly scenes = new Set<LoadScene>();
  private pose: Pose | null = null;

  /** Adds a picture, which looks as the others do at once; gives back how it leaves. */
  join(scene: LoadScene): () => void {
    this.scenes.add(scene);
    scene.onLook = (pose) => {
      this.pose = pose;
      for (const each of this.scenes) if (each !== scene) each.follow(pose);
    };
    if (this.pose) scene.follow(this.pose);
    return () => {
      this.scenes.delete(scene);
      scene.onLook = null;
    };
  }
}
