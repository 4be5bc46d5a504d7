public import Core

/// What a server offers: tools, resources and prompts.
///
/// Every function is asked on the caller's authority, `exchange.scope`, and answers only what that
/// allows. A `Fault` that a tool throws is told to the model; `RPCError` goes to the client as it is.
public protocol ServerFeatures: Sendable {
    /// Which program it is.
    var info: ServerInfo { get }
    /// Which of its lists may become others while it runs; whoever says so announces it.
    var changing: ListChanges { get }

    /// The tools that the caller may use, by name.
    func tools(for scope: Scope) -> [ServedTool]
    /// The tool of that name; nil when there is none or the caller may not use it.
    func tool(_ name: String, for scope: Scope) -> ServedTool?
    /// Calls a tool that `tool(_:for:)` has found.
    func call(_ name: String, _ arguments: JSON, _ exchange: Exchange) async throws -> ToolAnswer

    /// The resources that the caller may read, by address.
    func resources(for scope: Scope) async throws -> [ServedResource]
    /// The templates of resources that the caller may read, by address.
    func templates(for scope: Scope) -> [ServedTemplate]
    /// What a resource holds; nil when there is none that the caller may read.
    func read(_ uri: String, _ exchange: Exchange) async throws -> ResourceAnswer?

    /// The prompts, by name.
    func prompts(for scope: Scope) -> [ServedPrompt]
    /// A prompt of `prompts(for:)` with its arguments filled in.
    func prompt(
        _ name: String,
        _ arguments: [String: String],
        _ exchange: Exchange
    ) async throws -> PromptAnswer

    /// Values that an argument may have, of which `value` is the beginning.
    func complete(
        _ reference: CompletionReference,
        argument: String,
        value: String,
        known: [String: String],
        _ exchange: Exchange
    ) async throws -> CompletionAnswer
}
