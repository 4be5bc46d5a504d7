import Core

/// A collection of documents with questions and people's judgements, in BEIR's files.
///
/// - The corpus: `{"_id","title"?,"text"}` on each line.
/// - The questions: `{"_id","text"}` on each line.
/// - The judgements: lines of a question's id, a document's id and a whole number, tabs between; a first
///   line `query-id corpus-id score` is a heading.
///
/// Other members of the lines are left out. Empty lines are allowed at the end alone.
public struct JudgedCollection: Sendable {
    /// A question with what answers it.
    public struct Question: Sendable {
        /// Its id.
        public var id: String
        /// What it asks.
        public var text: String
        /// How relevant documents are, by their ids.
        public var judgements: [String: Int]
    }

    /// A file that was read.
    public struct File: Sendable {
        /// What messages call it.
        public var name: String
        /// What is in it.
        public var bytes: [UInt8]

        /// A file.
        public init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// The documents, in the corpus' order.
    public let documents: [SearchDocument]
    /// The questions that have judgements, in the order of their file.
    public let questions: [Question]

    /// Reads the three files.
    ///
    /// - Throws: `SearchError` of code `invalid-file`, which names the file and the line.
    public init(corpus: File, queries: File, judgements: File) throws(SearchError) {
        var documents: [SearchDocument] = []
        var known: [String: Int] = [:]
        for (number, line) in try Self.lines(corpus) {
            let place = Place(file: corpus.name, line: number)
            let record = try place.record(line)
            let id = try place.id(record, known)
            let document = SearchDocument(
                id: id,
                title: try place.text(record, "title", isNeeded: false),
                body: try place.text(record, "text", isNeeded: true)
            )
            do {
                try document.check()
            } catch {
                throw place.refusal(error.message)
            }
            documents.append(document)
            known[id] = number
        }
        guard !documents.isEmpty else {
            throw SearchError(.invalidFile, "\(corpus.name): there is no document in it")
        }
        var texts: [(id: String, text: String)] = []
        var asked: [String: Int] = [:]
        for (number, line) in try Self.lines(queries) {
            let place = Place(file: queries.name, line: number)
            let record = try place.record(line)
            let id = try place.id(record, asked)
            let text = try place.text(record, "text", isNeeded: true)
            guard text.count <= SearchQuery.longestText else {
                throw place.refusal("a question has at most \(SearchQuery.longestText) letters")
            }
            texts.append((id, text))
            asked[id] = number
        }
        let judged = try Self.judgements(judgements, documents: known, questions: asked)
        self.documents = documents
        questions = texts.compactMap { question in
            judged[question.id].map {
                Question(id: question.id, text: question.text, judgements: $0)
            }
        }
    }

    private static func judgements(
        _ file: File,
        documents: [String: Int],
        questions: [String: Int]
    ) throws(SearchError) -> [String: [String: Int]] {
        var judged: [String: [String: Int]] = [:]
        for (number, line) in try lines(file) {
            let place = Place(file: file.name, line: number)
            guard let text = String(validating: line, as: UTF8.self) else {
                throw place.refusal("is not UTF-8 text")
            }
            let parts = text.split(separator: "\t", omittingEmptySubsequences: false)
            if number == 1, parts == ["query-id", "corpus-id", "score"] { continue }
            guard parts.count == 3 else {
                throw place.refusal(
                    "has \(parts.count) columns; expected three with tabs between: a question's id, "
                        + "a document's id and a score"
                )
            }
            let question = String(parts[0])
            let document = String(parts[1])
            guard let score = Int(parts[2]), score.magnitude <= 1_000_000 else {
                throw place.refusal("the score \"\(parts[2].prefix(40))\" is no whole number")
            }
            guard questions[question] != nil else {
                throw place.refusal("there is no question \"\(question.prefix(80))\"")
            }
            guard documents[document] != nil else {
                throw place.refusal("there is no document \"\(document.prefix(80))\"")
            }
            guard judged[question, default: [:]].updateValue(score, forKey: document) == nil else {
                throw place.refusal(
                    "\"\(question.prefix(80))\" and \"\(document.prefix(80))\" were judged before"
                )
            }
        }
        guard !judged.isEmpty else {
            throw SearchError(.invalidFile, "\(file.name): there is no judgement in it")
        }
        return judged
    }

    /// The lines of a file with their numbers, without the empty ones at the end.
    private static func lines(
        _ file: File
    ) throws(SearchError) -> [(number: Int, bytes: ArraySlice<UInt8>)] {
        var lines = file.bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map {
            $0.last == 0x0D ? $0.dropLast() : $0
        }
        while let last = lines.last, last.isEmpty { lines.removeLast() }
        if let empty = lines.firstIndex(where: \.isEmpty) {
            throw Place(file: file.name, line: empty + 1).refusal("is empty")
        }
        return lines.enumerated().map { (number: $0.offset + 1, bytes: $0.element) }
    }
}

/// A line of a file, for messages.
private struct Place {
    var file: String
    var line: Int

    func refusal(_ message: String) -> SearchError {
        SearchError(.invalidFile, "\(file), line \(line): \(message)")
    }

    func record(_ bytes: ArraySlice<UInt8>) throws(SearchError) -> JSON {
        let record: JSON
        do {
            record = try JSON(parsing: bytes, limits: .init(allowsRepeatedKeys: true))
        } catch {
            throw refusal("is no JSON: \(error)")
        }
        guard record.object != nil else { throw refusal("is no JSON object") }
        return record
    }

    func id(_ record: JSON, _ known: [String: Int]) throws(SearchError) -> String {
        guard let value = record["_id"] else { throw refusal("there is no \"_id\"") }
        guard let id = value.string, (1...200).contains(id.utf8.count) else {
            throw refusal("\"_id\" must be text of 1 to 200 bytes")
        }
        guard !id.contains(where: { $0 == "\t" || $0.isNewline }) else {
            throw refusal("\"_id\" holds a tab or a line break")
        }
        if let earlier = known[id] {
            throw refusal("the \"_id\" \"\(id.prefix(80))\" is already that of line \(earlier)")
        }
        return id
    }

    func text(_ record: JSON, _ key: String, isNeeded: Bool) throws(SearchError) -> String {
        guard let value = record[key], !value.isNull || isNeeded else {
            if isNeeded { throw refusal("there is no \"\(key)\"") }
            return ""
        }
        guard let text = value.string else { throw refusal("\"\(key)\" must be text") }
        return text
    }
}
