import Agents
import Core
import Live
import Models

extension LiveHints {
    /// Says what a model says for a run to those who follow the run.
    func say(_ utterance: AgentUtterance) {
        guard let execution = utterance.execution else { return }
        var words: JSON = ["agent": .string(utterance.agent)]
        switch utterance.piece {
        case .text(let text): words["text"] = .string(text)
        case .callBegan(_, let name): words["call"] = .string(name)
        case .restarted: words["restarted"] = true
        }
        say(words, at: "runs/\(execution)", organisation: utterance.organisation)
    }
}
