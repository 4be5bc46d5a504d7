/// What is evaluated: an immutable tree, so that one expression serves many threads.
final class Node: Sendable {
    let kind: Kind
    let position: Int
    /// What is done with the results of a step of a path.
    let step: Step?
    /// Filters on what is not a step.
    let predicates: [Node]
    let group: Group?
    let keepsArray: Bool

    init(
        _ kind: Kind,
        position: Int,
        step: Step? = nil,
        predicates: [Node] = [],
        group: Group? = nil,
        keepsArray: Bool = false
    ) {
        self.kind = kind
        self.position = position
        self.step = step
        self.predicates = predicates
        self.group = group
        self.keepsArray = keepsArray
        isPlain = predicates.isEmpty && group == nil
    }

    /// Whether nothing is done with the value but to normalise it.
    let isPlain: Bool

    enum Kind: Sendable {
        case path(Path)
        case binary(Operation, Node, Node)
        case negation(Node)
        case array([Node], isConstructed: Bool)
        case object(Group)
        case name(String)
        case string(String)
        case number(Double)
        case bool(Bool)
        case null
        case wildcard
        case descendants
        case parent(Name)
        case condition(Node, Node, Node?)
        /// `?:` takes the right side when the left one is not true, `??` when it is not there.
        case otherwise(isCoalescing: Bool, Node, Node)
        case block([Node])
        case bind(Name, Node)
        case regex(Pattern)
        case call(Call)
        case partial(Call)
        case variable(Name)
        /// A variable that nothing in the source binds: a binding of the environment or a function.
        case global(Name, NativeFunction?)
        case context
        case lambda(LambdaNode)
        case chain(Node, Node)
        case transform(Transform)
        case sort([Term])
        /// The `?` of a partial application.
        case placeholder
    }

    enum Operation: String, Sendable {
        case add = "+"
        case subtract = "-"
        case multiply = "*"
        case divide = "/"
        case remainder = "%"
        case equal = "="
        case unequal = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case concatenate = "&"
        case range = ".."
        case contained = "in"
        case and
        case or
    }

    /// Steps that are taken one after the other.
    final class Path: Sendable {
        let steps: [Node]
        let keepsSingleton: Bool
        /// Whether its tuples are kept for whoever looks for a parent.
        let isTuple: Bool
        /// How many of the first steps are plain names, after a plain variable if there is one.
        let plainSteps: Int
        /// Whether it begins with a variable, so that the input is one context even when it is an array.
        let isAbsolute: Bool

        init(
            steps: [Node],
            keepsSingleton: Bool,
            isTuple: Bool,
            plainSteps: Int,
            isAbsolute: Bool
        ) {
            self.steps = steps
            self.keepsSingleton = keepsSingleton
            self.isTuple = isTuple
            self.plainSteps = plainSteps
            self.isAbsolute = isAbsolute
        }
    }

    /// What is particular to a step of a path.
    struct Step: Sendable {
        var stages: [Stage] = []
        var focus: Name?
        var index: Name?
        var ancestor: Name?
        var isTuple = false
        var isConstructed = false
    }

    enum Stage: Sendable {
        case filter(Node)
        case index(Name)
    }

    final class Group: Sendable {
        let pairs: [(key: Node, value: Node)]
        let position: Int

        init(
            pairs: [(key: Node, value: Node)],
            position: Int
        ) {
            self.pairs = pairs
            self.position = position
        }
    }

    final class Call: Sendable {
        let procedure: Node
        let arguments: [Node]
        let position: Int
        /// What the function is called in the source.
        let name: String?
        /// The procedure's name when it is a field, which a `$` may be missing from.
        let field: Name?

        init(
            procedure: Node,
            arguments: [Node],
            position: Int,
            name: String?,
            field: Name?
        ) {
            self.procedure = procedure
            self.arguments = arguments
            self.position = position
            self.name = name
            self.field = field
        }
    }

    struct Term: Sendable {
        let isDescending: Bool
        let expression: Node
    }

    final class Transform: Sendable {
        let pattern: Node
        let update: Node
        let deletion: Node?
        let position: Int

        init(
            pattern: Node,
            update: Node,
            deletion: Node?,
            position: Int
        ) {
            self.pattern = pattern
            self.update = update
            self.deletion = deletion
            self.position = position
        }
    }
}
