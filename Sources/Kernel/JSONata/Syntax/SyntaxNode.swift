import Core

/// A node of the tree that the parser makes and the resolver works on.
final class SyntaxNode {
    enum Kind {
        case binary, unary, name, variable, string, number, value, regex, wildcard, descendant
        case parent, condition, otherwise, block, bind, function, partial, lambda, apply, transform
        case path, sort, operation, end
    }

    var kind: Kind
    /// The operator, the name, or the text of a string.
    var text: String
    var literal: JSON?
    var pattern: Pattern?
    var position: Int

    var lhs: SyntaxNode?
    var rhs: SyntaxNode?
    /// The third part: what a condition does otherwise, what a transformation deletes.
    var third: SyntaxNode?
    /// Steps, arguments, elements or expressions.
    var list: [SyntaxNode] = []
    var pairs: [(key: SyntaxNode, value: SyntaxNode)] = []
    var terms: [(isDescending: Bool, expression: SyntaxNode)] = []
    var signature: Signature?
    /// How high the tree below is.
    var height = 1

    // What the resolver finds out.
    var keepsArray = false
    var keepsSingleton = false
    var isConstructed = false
    var isTuple = false
    var isThunk = false
    var predicates: [SyntaxNode] = []
    var stages: [Stage] = []
    var group: Group?
    var focus: String?
    var index: String?
    var ancestor: Slot?
    var seekingParent: [Slot] = []
    var slot: Slot?

    /// What is done with a step's results.
    enum Stage {
        case filter(SyntaxNode)
        case index(String)
    }

    /// A grouping expression behind a step.
    struct Group {
        var pairs: [(key: SyntaxNode, value: SyntaxNode)]
        var position: Int
    }

    /// A parent operator's search for the step whose context it means.
    final class Slot {
        var label: String
        var level = 1
        let index: Int

        init(label: String, index: Int) {
            self.label = label
            self.index = index
        }
    }

    init(_ kind: Kind, text: String = "", position: Int) {
        self.kind = kind
        self.text = text
        self.position = position
    }

    init(_ token: Token) {
        kind =
            switch token.kind {
            case .name: .name
            case .variable: .variable
            case .operation: .operation
            case .string: .string
            case .number: .number
            case .value: .value
            case .regex: .regex
            case .end: .end
            }
        text = token.text
        literal = token.literal
        pattern = token.pattern
        position = token.position
    }

    /// The node as messages show it.
    var shown: JSON? {
        switch kind {
        case .end: "(end)"
        case .number, .value: literal
        case .path, .sort, .apply: text.isEmpty ? nil : .string(Text.exported(text))
        default: .string(Text.exported(text))
        }
    }
}
