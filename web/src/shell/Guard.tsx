import { Component, type ReactNode } from "react";
import { Button } from "../ui/Button";
import { Empty, Failure } from "../ui/States";

interface State {
  error: unknown;
}

/** A part of the console could not be fetched: the network, or a server with a newer console. */
function isMissingPart(error: unknown): boolean {
  return error instanceof TypeError && /import|module|fetch/i.test(error.message);
}

/** Keeps one screen's mistake from taking the whole console down. */
export class Guard extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <main className="page" id="main">
        {isMissingPart(error)
          ? (
            <Empty
              icon="retry"
              title="This part of the console could not be fetched"
              action={
                <Button kind="primary" icon="retry" onClick={() => location.reload()}>
                  Load again
                </Button>
              }
            >
              The server may be away, or have a newer console by now.
            </Empty>
          )
          : <Failure error={error} retry={() => this.setState({ error: null })} />}
      </main>
    );
  }
}
