import Core

/// OpenAI's embeddings (https://platform.openai.com/docs/api-reference/embeddings), which many servers have.
struct OpenAIEmbeddings: EmbeddingWire {
    /// The address up to `/embeddings`.
    var base: String
    /// The model's id there.
    var model: String
    /// The API key; nil where none is needed.
    var key: String?
    /// How long the vectors are to be; nil leaves it to the model.
    var dimensions: Int?

    var batch: Int { 128 }

    func call(_ texts: [String]) throws(ModelFault) -> WireCall {
        var body: JSON = [
            "model": .string(model), "input": .array(texts.map { .string($0) }),
            "encoding_format": "float",
        ]
        if let dimensions { body["dimensions"] = .int(dimensions) }
        return WireCall(
            url: base + "/embeddings",
            headers: ChatCompletions.headers(key, streams: false),
            body: body.bytes()
        )
    }

    func vectors(
        _ body: [UInt8],
        of texts: [String],
        _ headers: [(name: String, value: String)]
    ) throws(ModelFault) -> (vectors: [[Float]], usage: ModelUsage) {
        let json = try JSON.ofProvider(body)
        guard let data = json["data"]?.array, data.count == texts.count else {
            throw .malformed("\(texts.count) texts were sent, and not as many vectors came back")
        }
        var vectors = [[Float]?](repeating: nil, count: texts.count)
        for (position, item) in data.enumerated() {
            let index = item["index"]?.int ?? position
            guard vectors.indices.contains(index), vectors[index] == nil else {
                throw .malformed("the vectors' numbers are wrong")
            }
            vectors[index] = try VectorJSON.vector(item["embedding"])
        }
        let tokens =
            json["usage"]?["prompt_tokens"]?.tokens ?? json["usage"]?["total_tokens"]?.tokens
        return (
            try VectorJSON.alike(vectors.compactMap(\.self)), ModelUsage(input: tokens ?? 0)
        )
    }

    func fault(
        _ status: Int,
        _ headers: [(name: String, value: String)],
        _ body: [UInt8]
    ) -> ModelFault { ChatCompletions.fault(status, headers, body) }
}
