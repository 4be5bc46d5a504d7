public import Core
import Store

extension SignIn {
    /// Begins an enrolment of the account's second factor.
    ///
    /// - Throws: `IdentityError` of code `secondFactorOn` or `notFound`; `StoreError`.
    public func beginSecondFactor(scope: Scope) async throws -> SecondFactor.Enrolment {
        try await database.transaction { [accounts, secondFactor] transaction in
            let account = try accounts.account(scope.actor.id, scope: scope, in: transaction)
            return try secondFactor.begin(
                email: account.email ?? account.name,
                scope: scope,
                in: transaction
            )
        }
    }

    /// Turns the second factor on by a code of the enrolment.
    ///
    /// - Returns: the recovery codes, which cannot be had again.
    /// - Throws: a fault of code `invalid-code`; `IdentityError` of code `secondFactorOn`, `notFound` or
    ///   `throttled`; `StoreError`.
    public func turnOnSecondFactor(_ code: String, scope: Scope) async throws -> [Secret] {
        let attempt = try gate.confirmation(scope.actor.id)
        let codes: [Secret]?
        do {
            codes = try await database.transaction { [secondFactor] transaction in
                try secondFactor.confirm(code, scope: scope, in: transaction)
            }
        } catch {
            gate.settle(attempt, forgives: false)
            throw error
        }
        guard let codes else {
            // Not 401, which would tell clients that the sign-in has ended.
            throw GeneralFault(
                .invalid,
                code: "invalid-code",
                "the code is wrong or too old; is the clock of the phone right?",
                pointer: "/code"
            )
        }
        gate.settle(attempt, forgives: true)
        return codes
    }

    /// Turns the second factor off; the password must be shown.
    ///
    /// - Throws: `IdentityError` of code `wrongPassword` or `throttled`; `StoreError`.
    public func turnOffSecondFactor(password: Secret, scope: Scope) async throws {
        try await confirm(password, of: scope.actor.id)
        try await database.transaction { [secondFactor] transaction in
            try secondFactor.remove(from: scope.actor.id, scope: scope, in: transaction)
        }
    }

    /// Sets one's own password; the old one must be shown, and all other sessions end.
    ///
    /// - Throws: `IdentityError` of code `wrongPassword`, `weakPassword`, `throttled` or `busy`;
    ///   `StoreError`.
    public func changePassword(
        from current: Secret,
        to password: Secret,
        scope: Scope
    ) async throws {
        try await confirm(current, of: scope.actor.id)
        let account = try await accounts.account(scope.actor.id, scope: scope)
        try PasswordRules.check(password, for: try account.email.map { try EmailAddress($0) })
        let hash = try await passwords.hash(password)
        try await database.transaction { [accounts] transaction in
            try accounts.changeOwnPassword(to: hash, scope: scope, in: transaction)
        }
    }
}
