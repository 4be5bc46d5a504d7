import Core

extension Evaluator {
    /// Where a function is called, for errors.
    struct Site {
        let position: Int
        let name: String?
    }

    func value(
        of call: Node.Call,
        _ input: Value,
        _ frame: Frame,
        first: Value? = nil
    ) throws(Failure) -> Value {
        var native: NativeFunction?
        var procedure = Value.undefined
        if case .global(let name, let function?) = call.procedure.kind, call.procedure.isPlain,
            !root.has(name)
        {
            try charge()
            native = function
        } else {
            procedure = try evaluate(call.procedure, input, frame)
            if procedure.isUndefined { try suggestDollar("T1005", call, frame) }
        }
        var arguments: [Value] = []
        arguments.reserveCapacity(call.arguments.count + 1)
        if let first { arguments.append(first) }
        for argument in call.arguments { arguments.append(try evaluate(argument, input, frame)) }
        if let native { return try result(of: native, arguments, input, frame, at: call) }
        do throws(Failure) {
            let site = Site(position: call.position, name: call.name)
            return try apply(procedure, arguments, input, frame, at: site)
        } catch {
            if error.position != nil, error.position != 0, error.token != nil { throw error }
            let position = error.position == 0 ? nil : error.position
            let name = call.name.map { JSON.string(Text.exported($0)) }
            throw error.at(position: position ?? call.position, token: error.token ?? name)
        }
    }

    /// What a function of the library makes of the arguments.
    private func result(
        of native: NativeFunction,
        _ arguments: [Value],
        _ input: Value,
        _ frame: Frame,
        at call: Node.Call
    ) throws(Failure) -> Value {
        do throws(Failure) {
            try charge(for: arguments)
            let valid = try native.signature?.validated(arguments, context: input) ?? arguments
            let invocation = Invocation(evaluator: self, input: input, frame: frame)
            return try bounded(try native.body(invocation, Arguments(all: valid)))
        } catch {
            let name = call.name.map { JSON.string(Text.exported($0)) }
            throw error.at(position: call.position, token: error.token ?? name)
        }
    }

    /// Helps whoever forgot the `$` of a function.
    private func suggestDollar(_ code: String, _ call: Node.Call, _ frame: Frame) throws(Failure) {
        guard let field = call.field else { return }
        let isKnown = frame.value(of: field).map { !$0.isUndefined } ?? false
        guard isKnown || library.functions[field.text] != nil else { return }
        throw Failure(code, position: call.position, token: .string(field.text))
    }

    /// What a function makes of the arguments; calls at the end of functions are done here one after another.
    func apply(
        _ procedure: Value,
        _ arguments: [Value],
        _ input: Value,
        _ frame: Frame,
        at site: Site? = nil
    ) throws(Failure) -> Value {
        // A function of the library that applies another one nests without evaluating anything.
        calls += 1
        defer { calls -= 1 }
        guard calls <= limits.depth else { throw tooDeep() }
        if stack.isShort {
            return try stack.onFreshStack { () throws(Failure) in
                try applyHere(procedure, arguments, input, frame, at: site)
            }
        }
        return try applyHere(procedure, arguments, input, frame, at: site)
    }

    private func applyHere(
        _ procedure: Value,
        _ arguments: [Value],
        _ input: Value,
        _ frame: Frame,
        at site: Site?
    ) throws(Failure) -> Value {
        var result = try applied(procedure, arguments, input, frame, at: site)
        while case .function(let function) = result, case .lambda(let thunk) = function.kind,
            thunk.isThunk, case .call(let call) = thunk.body.kind
        {
            let next = try evaluate(call.procedure, thunk.input, thunk.frame)
            if next.isUndefined { try suggestDollar("T1005", call, thunk.frame) }
            var arguments: [Value] = []
            arguments.reserveCapacity(call.arguments.count)
            for argument in call.arguments {
                arguments.append(try evaluate(argument, thunk.input, thunk.frame))
            }
            let site = Site(position: call.procedure.position, name: call.name)
            result = try applied(next, arguments, input, frame, at: site)
        }
        return result
    }

    /// What a function makes of arguments that a function of higher order gives it.
    func apply(_ function: FunctionValue, _ arguments: [Value], _ frame: Frame) throws(Failure)
        -> Value
    {
        try apply(.function(function), arguments, .null, frame)
    }

    private func applied(
        _ procedure: Value,
        _ arguments: [Value],
        _ input: Value,
        _ frame: Frame,
        at site: Site?
    ) throws(Failure) -> Value {
        try charge()
        guard case .function(let function) = procedure else {
            throw Failure("T1006", position: site?.position)
        }
        do throws(Failure) {
            return try result(of: function, arguments, input, frame)
        } catch {
            guard let site else { throw error }
            let name = site.name.map { JSON.string(Text.exported($0)) }
            throw error.at(position: site.position, token: error.token ?? name)
        }
    }

    private func result(
        of function: FunctionValue,
        _ arguments: [Value],
        _ input: Value,
        _ frame: Frame
    ) throws(Failure) -> Value {
        switch function.kind {
        case .native(let native):
            try charge(for: arguments)
            let valid = try native.signature?.validated(arguments, context: input) ?? arguments
            let call = Invocation(evaluator: self, input: input, frame: frame)
            return try bounded(try native.body(call, Arguments(all: valid)))
        case .lambda(let lambda):
            let valid = try lambda.signature?.validated(arguments, context: input) ?? arguments
            var bindings: [(name: Name, value: Value)] = []
            bindings.reserveCapacity(lambda.parameters.count)
            for (at, parameter) in lambda.parameters.enumerated() {
                bindings.append((parameter, at < valid.count ? valid[at] : .undefined))
            }
            var inner = Frame(lambda.frame, bindings: bindings)
            defer { leave(&inner) }
            return try evaluate(lambda.body, lambda.input, inner)
        case .partial(let inner, let template):
            var rest = arguments[...]
            let filled = (0..<inner.parameters).map { at -> Value in
                guard at < template.count else { return .undefined }
                return template[at] ?? rest.popFirst() ?? .undefined
            }
            try charge(for: filled)
            // Functions of the library take what they are given: nothing checks it.
            guard case .native(let native) = inner.kind else {
                return try apply(inner, filled, frame)
            }
            let call = Invocation(evaluator: self, input: .undefined, frame: frame)
            return try bounded(try native.body(call, Arguments(all: filled)))
        case .composed(let first, let second):
            let argument = arguments.first ?? .undefined
            return try apply(second, [try apply(first, [argument], frame)], frame)
        case .matcher(let pattern, let position):
            guard let text = arguments.first?.text else {
                throw Failure("T1006", position: position)
            }
            let start = arguments.count > 1 ? arguments[1].double ?? 0 : 0
            return try match(pattern, text, from: start, at: position)
        case .transform(let transform, let scope):
            let valid = try Self.transformSignature.validated(arguments, context: input)
            return try transformed(valid.first ?? .undefined, by: transform, scope)
        case .closure(_, let body): return try body(self)
        }
    }

    private static let transformSignature = Signature(known: "<(oa):o>")

    func partial(_ call: Node.Call, _ input: Value, _ frame: Frame) throws(Failure) -> Value {
        var template: [Value?] = []
        for argument in call.arguments {
            if case .placeholder = argument.kind {
                template.append(nil)
            } else {
                template.append(try evaluate(argument, input, frame))
            }
        }
        let procedure = try evaluate(call.procedure, input, frame)
        if procedure.isUndefined { try suggestDollar("T1007", call, frame) }
        guard case .function(let function) = procedure else {
            throw Failure(
                "T1008",
                position: call.position,
                token: call.name.map { .string(Text.exported($0)) }
            )
        }
        switch function.kind {
        case .lambda(let lambda):
            var unbound: [Name] = []
            let inner = Frame(lambda.frame)
            for (at, parameter) in lambda.parameters.enumerated() {
                if at < template.count, case .none = template[at] {
                    unbound.append(parameter)
                } else {
                    inner.bind(
                        parameter,
                        at < template.count ? template[at] ?? .undefined : .undefined
                    )
                }
            }
            var held = inner
            leave(&held)
            let bound = FunctionValue.Lambda(lambda, parameters: unbound, frame: inner)
            return .function(FunctionValue(.lambda(bound)))
        default: return try bounded(.function(FunctionValue(.partial(function, template))))
        }
    }

    func chained(
        _ first: Node,
        _ second: Node,
        at position: Int,
        _ input: Value,
        _ frame: Frame
    ) throws(Failure) -> Value {
        let left = try evaluate(first, input, frame)
        if case .call(let call) = second.kind {
            return try value(of: call, input, frame, first: left)
        }
        let right = try evaluate(second, input, frame)
        guard case .function(let function) = right else {
            throw Failure("T2006", position: position, of: right)
        }
        if case .function(let inner) = left {
            return try bounded(.function(FunctionValue(.composed(inner, function))))
        }
        return try apply(right, [left], .null, frame, at: site(of: function, position))
    }

    /// Where a function is applied without being called.
    private func site(of function: FunctionValue, _ position: Int) -> Site? {
        guard case .native(let native) = function.kind else { return nil }
        return Site(position: position, name: native.name)
    }

    private func transformed(_ value: Value, by transform: Node.Transform, _ frame: Frame)
        throws(Failure) -> Value
    {
        if value.isUndefined { return .undefined }
        let clone = frame.value(of: Name("clone"))
        let result: Value
        if let clone {
            guard clone.isFunction else { throw Failure("T2013", position: transform.position) }
            result = try apply(clone, [value], .null, frame)
        } else {
            result = try cloned(value)
        }
        let found = try evaluate(transform.pattern, result, frame)
        if found.isUndefined { return result }
        for match in found.array?.items ?? [found] {
            let update = try evaluate(transform.update, match, frame)
            if !update.isUndefined {
                guard case .object(let members) = update else {
                    throw Failure("T2011", position: transform.update.position, of: update)
                }
                if case .object(let object) = match {
                    let values = members.items
                    for (at, key) in members.keys.enumerated() {
                        // A copy: the update may hold what it is put into.
                        object.set(key, try cloned(values[at], keepingFunctions: true))
                    }
                }
            }
            guard let deletion = transform.deletion else { continue }
            let names = try evaluate(deletion, match, frame)
            if names.isUndefined { continue }
            let list = names.array ?? ArrayValue([names])
            guard Self.areStrings(list) else {
                throw Failure("T2012", position: deletion.position, of: names)
            }
            guard case .object(let object) = match else { continue }
            for case let name? in list.items.map(\.text) { object.remove(name) }
        }
        // Copied again, so that it knows how deep it nests now.
        return try bounded(try cloned(result, keepingFunctions: true))
    }

    /// A deep copy, as if by way of JSON text.
    func cloned(_ value: Value, keepingFunctions: Bool = false) throws(Failure) -> Value {
        try charge()
        switch value {
        case .array(let array):
            let result = ArrayValue()
            for item in array.items {
                let copy = try cloned(item, keepingFunctions: keepingFunctions)
                result.append(copy.isUndefined ? .null : copy)
            }
            return .array(result)
        case .object(let object):
            let result = ObjectValue()
            let values = object.items
            for (at, key) in object.keys.enumerated() {
                let copy = try cloned(values[at], keepingFunctions: keepingFunctions)
                if !copy.isUndefined { result.set(key, copy) }
            }
            return .object(result)
        case .function where !keepingFunctions: return .string("")
        case .number(let number) where !number.isFinite: throw Failure("D1001", of: value)
        case .tuple(let tuple): return try cloned(tuple.context, keepingFunctions: keepingFunctions)
        default: return value
        }
    }
}
