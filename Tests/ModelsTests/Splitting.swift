import Testing

@testable import Models

/// What comes of an answer: the pieces that were told, and the reply or the fault.
struct Outcome: Equatable {
    var text = ""
    var calls: [String] = []
    var reply: ModelReply?
    var fault: ModelFault.Code?
}

/// Reads bytes with a decoder, cut at the given places.
func outcome(_ decoder: any ReplyDecoder, _ parts: [[UInt8]]) -> Outcome {
    var decoder = decoder
    var outcome = Outcome()
    do throws(ModelFault) {
        for part in parts {
            for piece in try decoder.take(part) {
                switch piece {
                case .text(let text): outcome.text += text
                case .callBegan(let id, let name): outcome.calls.append("\(id) \(name)")
                case .restarted: break
                }
            }
        }
        outcome.reply = try decoder.finish()
    } catch {
        outcome.fault = error.code
    }
    return outcome
}

/// Reads bytes whole, byte by byte and cut in two at every place; all of it must come to the same.
func everySplit(_ decoder: any ReplyDecoder, _ bytes: [UInt8]) -> Outcome {
    let whole = outcome(decoder, [bytes])
    #expect(outcome(decoder, bytes.map { [$0] }) == whole)
    for place in bytes.indices {
        let split = outcome(decoder, [Array(bytes[..<place]), Array(bytes[place...])])
        if split != whole {
            Issue.record("cut at \(place): \(split), not \(whole)")
            break
        }
    }
    return whole
}

/// Cut off at every place before the end, bytes must never make a whole answer.
func neverWhole(_ decoder: any ReplyDecoder, _ bytes: [UInt8], before end: Int) {
    for place in 0..<end {
        let cut = outcome(decoder, [Array(bytes[..<place])])
        #expect(cut.fault == .malformed, "cut off at \(place)")
    }
}
