import { createRoot } from "react-dom/client";
import { App } from "./shell/App";
import "./shell/theme";

const root = document.getElementById("root");
if (root) createRoot(root).render(<App />);

// After the first screen: it is for the next one, should there be no network then.
addEventListener("load", () => {
  navigator.serviceWorker?.register("/console/sw.js", { scope: "/console/" }).catch(() =>
    undefined
  );
});
