import Core

/// Amazon Titan's and Cohere's embeddings on Bedrock's InvokeModel.
struct BedrockEmbeddings: EmbeddingWire {
    /// Where the model is.
    var place: BedrockPlace
    /// How long the vectors are to be; nil leaves it to the model.
    var dimensions: Int?

    private var isCohere: Bool { place.model.contains("cohere.embed") }

    /// Cohere takes 96 texts at once, Titan one.
    var batch: Int { isCohere ? 96 : 1 }

    func call(_ texts: [String]) throws(ModelFault) -> WireCall {
        var body: JSON
        if isCohere {
            body = [
                "texts": .array(texts.map { .string($0) }), "input_type": "search_document",
                "embedding_types": ["float"], "truncate": "END",
            ]
        } else {
            body = ["inputText": .string(texts.first ?? "")]
            // The first Titan has one length only and refuses the member.
            if let dimensions, !place.model.contains("embed-text-v1") {
                body["dimensions"] = .int(dimensions)
            }
        }
        return place.call("invoke", body, accept: "application/json")
    }

    func vectors(
        _ body: [UInt8],
        of texts: [String],
        _ headers: [(name: String, value: String)]
    ) throws(ModelFault) -> (vectors: [[Float]], usage: ModelUsage) {
        let json = try JSON.ofProvider(body)
        let counted = headers.first { $0.name == "x-amzn-bedrock-input-token-count" }
        let tokens =
            json["inputTextTokenCount"]?.tokens ?? counted.flatMap { UInt32($0.value) }.map {
                Int($0)
            } ?? 0
        let usage = ModelUsage(input: tokens)
        if !isCohere { return ([try VectorJSON.vector(json["embedding"])], usage) }
        let found = json["embeddings"]?["float"]?.array ?? json["embeddings"]?.array ?? []
        guard found.count == texts.count else {
            throw .malformed("\(texts.count) texts were sent, and \(found.count) vectors came back")
        }
        var vectors: [[Float]] = []
        for one in found { vectors.append(try VectorJSON.vector(one)) }
        return (try VectorJSON.alike(vectors), usage)
    }

    func fault(
        _ status: Int,
        _ headers: [(name: String, value: String)],
        _ body: [UInt8]
    ) -> ModelFault { BedrockPlace.fault(status, headers, body) }
}
