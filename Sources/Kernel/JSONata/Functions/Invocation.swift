/// What a function of the library is called with besides its arguments.
struct Invocation {
    let evaluator: Evaluator
    let input: Value
    let frame: Frame
}

/// Arguments; those that were not given are undefined.
struct Arguments {
    let all: [Value]

    subscript(index: Int) -> Value { index < all.count ? all[index] : .undefined }
}
