public import Core
import Store
import Synchronization

extension ConfiguredModelGateway {
    /// Who pays for checks.
    static let checker = "models.check"
    /// How long each question of a check may take.
    private static let checkTimeout: Duration = .seconds(60)

    /// Asks a model a few small questions and tells whether it works.
    ///
    /// Each is asked once, whatever budgets and breakers say. What it costs is recorded.
    ///
    /// - Throws: `ModelsError` of code `not-found`, or `StoreError`.
    public func check(
        _ id: ID<ConfiguredModel>,
        scope: Scope
    ) async throws -> ModelCheckReport {
        let (model, provider) = try await database.read { [models] reader in
            let model = try models.record(id, scope: scope, in: reader)
            guard let found = try models.named(model.name, of: scope.organisation, in: reader)
            else { throw ModelsError(.notFound, "there is no such model") }
            return found
        }
        var report = ModelCheckReport(model: model.name, provider: provider.name)
        let begun = clock.now()
        var usage = ModelUsage()
        switch model.purpose {
        case .chat:
            do throws(ModelFault) {
                let remote = try connections.chat(model, provider)
                usage = await questions(remote, model, provider, &report)
            } catch {
                report.add(.credentials, .failed, error.message, "Enter the credentials anew.")
            }
        case .embedding:
            do throws(ModelFault) {
                let (remote, batch) = try connections.embedding(model, provider)
                usage = await vectors(remote, batch, model, provider, &report)
            } catch {
                report.add(.model, .failed, error.message, "Choose another provider for vectors.")
            }
        }
        let charge = ModelCharge(
            organisation: scope.organisation,
            agent: Self.checker,
            run: scope.trace.traceID,
            model: model.name,
            usage: usage,
            costMicros: model.prices.cost(of: usage),
            at: begun,
            latency: report.latency ?? .zero,
            attempts: 1
        )
        report.costMicros = charge.costMicros
        if usage.total > 0 {
            metrics.spent(charge)
            try await database.transaction { [accounts] in try accounts.record(charge, in: $0) }
        }
        return report
    }

    // MARK: Conversations

    private func questions(
        _ remote: any LanguageModel,
        _ model: ConfiguredModel,
        _ provider: ModelProvider,
        _ report: inout ModelCheckReport
    ) async -> ModelUsage {
        let pieces = Mutex(0)
        let begun = clock.now()
        var usage = ModelUsage()
        do throws(ModelFault) {
            let reply = try await remote.reply(to: Self.question("Answer with one word: ready.")) {
                _ in pieces.withLock { $0 += 1 }
            }
            usage = usage + reply.usage
            report.latency = max(.zero, clock.now() - begun)
            report.add(.reach, .ok, "\(provider.base) answers")
            report.add(.credentials, .ok, "the credentials are good")
            report.add(.model, .ok, "\(reply.model.isEmpty ? model.model : reply.model) answers")
        } catch {
            usage = usage + error.usage
            Self.explain(error, model, provider, &report)
            for step in [ModelCheckReport.Step.streaming, .tools, .json] {
                report.add(step, .skipped, "the model did not answer")
            }
            return usage
        }
        streaming(pieces.withLock { $0 }, model, &report)
        usage = usage + (await tools(remote, &report))
        return usage + (await json(remote, model, &report))
    }

    private func streaming(
        _ pieces: Int,
        _ model: ConfiguredModel,
        _ report: inout ModelCheckReport
    ) {
        if !model.traits.streams {
            report.add(.streaming, .skipped, "answers are asked for whole")
        } else if pieces > 0 {
            report.add(.streaming, .ok, "answers come in pieces")
        } else {
            report.add(
                .streaming,
                .failed,
                "no piece came before the whole answer",
                "If the server cannot stream, set streams to false."
            )
        }
    }

    private func tools(
        _ remote: any LanguageModel,
        _ report: inout ModelCheckReport
    ) async -> ModelUsage {
        var request = Self.question("Call the tool report_number with the number 7.")
        request.tools = [
            ModelTool(
                name: "report_number",
                purpose: "Reports a number.",
                input: Self.number
            )
        ]
        request.toolChoice = .any
        do throws(ModelFault) {
            let reply = try await remote.reply(to: request) { _ in }
            if let call = reply.calls.first(where: { $0.name == "report_number" }),
                call.input["number"]?.int != nil
            {
                report.add(.tools, .ok, "it calls tools with good arguments")
            } else if reply.calls.isEmpty {
                report.add(
                    .tools,
                    .failed,
                    "it was to call a tool and did not",
                    "Choose a model that is made for tools; agents with tools cannot use this one."
                )
            } else {
                report.add(
                    .tools,
                    .failed,
                    "it called a tool with arguments that the tool does not take",
                    "Choose a model that is made for tools, or a larger one."
                )
            }
            return reply.usage
        } catch {
            report.add(
                .tools,
                .failed,
                error.message,
                "The server or the model may not support tools: choose one that does."
            )
            return error.usage
        }
    }

    private func json(
        _ remote: any LanguageModel,
        _ model: ConfiguredModel,
        _ report: inout ModelCheckReport
    ) async -> ModelUsage {
        var request = Self.question("Answer with the number 7 as JSON.")
        request.answerSchema = Self.number
        let others = AnswerMeans.allCases.filter { $0 != model.traits.answers }
        let advice =
            "Set answers to \(others.map(\.rawValue).joined(separator: " or to ")) and check again."
        do throws(ModelFault) {
            let reply = try await remote.reply(to: request) { _ in }
            if JSON.ifAny(Array(reply.text.utf8))?["number"]?.int != nil {
                report.add(
                    .json,
                    .ok,
                    "it answers by a schema (answers: \(model.traits.answers.rawValue))"
                )
            } else {
                report.add(.json, .failed, "its answer does not fit the schema", advice)
            }
            return reply.usage
        } catch {
            report.add(.json, .failed, error.message, advice)
            return error.usage
        }
    }

    // MARK: Vectors

    private func vectors(
        _ remote: any EmbeddingModel,
        _ batch: Int,
        _ model: ConfiguredModel,
        _ provider: ModelProvider,
        _ report: inout ModelCheckReport
    ) async -> ModelUsage {
        let begun = clock.now()
        do throws(ModelFault) {
            let texts = Array(["a red lorry", "a yellow lorry"].prefix(max(1, batch)))
            let (vectors, usage) = try await remote.embed(texts)
            report.latency = max(.zero, clock.now() - begun)
            report.add(.reach, .ok, "\(provider.base) answers")
            report.add(.credentials, .ok, "the credentials are good")
            report.add(.model, .ok, "\(model.model) answers")
            let length = vectors.first?.count ?? 0
            if let wanted = model.dimensions, wanted != length {
                report.add(
                    .embedding,
                    .failed,
                    "its vectors have \(length) numbers, not \(wanted)",
                    "Set dimensions to \(length), or choose a model that can be told."
                )
            } else {
                report.add(.embedding, .ok, "its vectors have \(length) numbers")
            }
            return usage
        } catch {
            Self.explain(error, model, provider, &report)
            report.add(.embedding, .skipped, "the model did not answer")
            return error.usage
        }
    }

    // MARK: Words

    private static let number: JSON = [
        "type": "object", "properties": ["number": ["type": "integer"]], "required": ["number"],
        "additionalProperties": false,
    ]

    private static func question(_ text: String) -> ModelRequest {
        ModelRequest(
            system: "This checks whether you can be reached. Do exactly what is asked.",
            messages: [ModelMessage(.user, [.text(text)])],
            // Room for models that think first.
            maximumTokens: 2_048,
            timeout: checkTimeout
        )
    }

    /// Says which step a fault of the first question speaks of, and what to do.
    private static func explain(
        _ fault: ModelFault,
        _ model: ConfiguredModel,
        _ provider: ModelProvider,
        _ report: inout ModelCheckReport
    ) {
        switch fault.code {
        case .unauthorised:
            report.add(.reach, .ok, "\(provider.base) answers")
            report.add(
                .credentials,
                .failed,
                fault.message,
                provider.kind == .bedrock
                    ? "Enter new keys, and allow bedrock:InvokeModel and "
                        + "bedrock:InvokeModelWithResponseStream for this model in \(provider.region ?? "the region")."
                    : "Enter a key that is valid, allowed to use this model, and paid for."
            )
            report.add(.model, .skipped, "without credentials nobody can tell")
        case .throttled:
            report.add(.reach, .ok, "\(provider.base) answers")
            report.add(.credentials, .ok, "the credentials are good")
            report.add(
                .model,
                .failed,
                fault.message,
                "Wait a little, or ask the provider for a higher limit."
            )
        case .refusedRequest where fault.message.hasPrefix("the provider answered"), .tooLong:
            report.add(.reach, .ok, "\(provider.base) answers")
            report.add(.credentials, .ok, "the credentials are good")
            report.add(
                .model,
                .failed,
                fault.message,
                "Is \"\(model.model)\" the provider's id of the model, and the address right? A server that "
                    + "does not know stream_options or max_tokens may be content with streams set to false."
            )
        case _ where fault.message.contains("models.private-providers"):
            report.add(
                .reach,
                .failed,
                fault.message,
                "Have the operator set models.private-providers to true, or choose a public address."
            )
            report.add(.credentials, .skipped, "the provider was not asked")
            report.add(.model, .skipped, "the provider was not asked")
        default:
            report.add(
                .reach,
                .failed,
                fault.message,
                "Is \(provider.base) right and reachable from this machine, and does it speak the "
                    + "\(provider.kind.rawValue) protocol?"
            )
            report.add(.credentials, .skipped, "the provider was not reached")
            report.add(.model, .skipped, "the provider was not reached")
        }
    }
}
