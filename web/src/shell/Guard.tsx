import { Component, type ReactNode } from "react";
import { Failure } from "../ui/States";

interface State {
  error: unknown;
}

/** Keeps one screen's mistake from taking the whole console down. */
export class Guard extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return (
      <main className="page" id="main">
        <Failure error={this.state.error} retry={() => this.setState({ error: null })} />
      </main>
    );
  }
}
