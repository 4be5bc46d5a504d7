import Core
import Identity
import Store
import Testing

@testable import Agents

@Suite struct ApprovalRulesTests {
    private static let end = ApprovalWorld.start + .seconds(60)

    private static func approval(
        roles: Set<Role> = [],
        secondPerson: Bool = false,
        step: Int = 0,
        state: ApprovalState = .open
    ) -> Approval {
        var request = ApprovalWorld.buying()
        request.roles = roles
        request.needsSecondPerson = secondPerson
        request.expiresAt = end
        request.escalation = [.init(after: .seconds(10), roles: [.supervisor])]
        return Approval(
            id: ID(high: 5, low: 5),
            organisation: ApprovalWorld.organisation,
            request: request,
            asker: ApprovalWorld.agent,
            onBehalfOf: ApprovalWorld.asking.onBehalfOf,
            requestedAt: ApprovalWorld.start,
            step: step,
            state: state
        )
    }

    @Test("Neither programs nor customers can be named", arguments: ApprovalRequest.neverDeciding)
    func named(_ role: Role) {
        var request = ApprovalWorld.buying()
        request.roles = [.manager, role]
        #expect(throws: GeneralFault.self) { try request.check(at: ApprovalWorld.start) }
        request.roles = []
        request.escalation = [.init(after: .seconds(10), roles: [role])]
        #expect(throws: GeneralFault.self) { try request.check(at: ApprovalWorld.start) }
    }

    private static let ana = ApprovalWorld.scope().actor

    @Test(
        "Only people decide, only those asked, and never those in whose name it is asked if another must",
        arguments: [
            (approval(), ApprovalWorld.scope(roles: [.admin]), nil),
            (approval(), ApprovalWorld.scope(roles: [.viewer, .manager]), nil),
            (approval(), ApprovalWorld.scope(roles: [.planner]), "forbidden"),
            (approval(), ApprovalWorld.scope(roles: []), "forbidden"),
            (approval(roles: [.planner]), ApprovalWorld.scope(roles: [.planner]), nil),
            (approval(roles: [.planner]), ApprovalWorld.scope(roles: [.admin]), "forbidden"),
            // Whom the escalation has not reached is not asked yet.
            (approval(), ApprovalWorld.scope(roles: [.supervisor]), "forbidden"),
            (approval(step: 1), ApprovalWorld.scope(roles: [.supervisor]), nil),
            (approval(step: 1), ApprovalWorld.scope(roles: [.manager]), nil),
            // Customers are served, and decide nothing, whoever names them.
            (approval(roles: [.customer]), ApprovalWorld.scope(roles: [.customer]), "forbidden"),
            (approval(roles: [.customer]), ApprovalWorld.scope(roles: [.manager]), nil),
            // Programs, whatever roles they were given.
            (approval(), ApprovalWorld.scope(roles: [.admin], kind: .service), "person-needed"),
            (approval(), ApprovalWorld.scope(roles: [.admin, .aiAgent]), "person-needed"),
            (approval(), ApprovalWorld.asking, "person-needed"),
            // Ben, in whose name it is asked, is number 3.
            (approval(), ApprovalWorld.scope("Ben", 3), nil),
            (approval(secondPerson: true), ApprovalWorld.scope("Ben", 3), "second-person-needed"),
            (approval(secondPerson: true), ApprovalWorld.scope("Ana", 2), nil),
        ] as [(Approval, Scope, String?)]
    )
    func deciders(_ approval: Approval, _ scope: Scope, _ code: String?) {
        #expect(approval.refusal(of: scope)?.code == code)
    }

    @Test(
        "What is closed stays so, and says what became of it",
        arguments: [
            (.open, 59, nil, nil), (.open, 60, "expired", nil), (.open, 61, "expired", nil),
            (.expired, 70, "expired", nil), (.withdrawn, 1, "withdrawn", nil),
            (.approved(by: ana, comment: nil), 1, "approved", "Ana"),
            (.amended(input: 1, by: ana, comment: nil), 1, "amended", "Ana"),
            (.rejected(by: ana, comment: "no"), 1, "rejected", "Ana"),
        ] as [(ApprovalState, Int, String?, String?)]
    )
    func closed(_ state: ApprovalState, _ second: Int, _ status: String?, _ by: String?) {
        let fault = Self.approval(state: state)
            .closure(at: ApprovalWorld.start + .seconds(second))
        #expect(fault?.code == (status == nil ? nil : "approval-is-closed"))
        #expect(fault?.details["state"]?.string == status)
        #expect(fault?.details["decidedBy"]?["name"]?.string == by)
        if let by { #expect(fault?.message.contains(by) == true) }
    }

    @Test(
        "A refusal needs a reason, a changed input must fit the schema; pointers lead to what is wrong",
        arguments: [
            (.approve, nil, nil, nil), (.approve, "  ", nil, nil),
            (.reject, "too dear", nil, nil), (.reject, nil, "reason-needed", "/comment"),
            (.reject, " \n", "reason-needed", "/comment"),
            (
                .approve, String(repeating: "x", count: 2_001), "comment-too-long", "/comment"
            ),
            (.amend(["item": "drill", "pieces": 2]), nil, nil, nil),
            (.amend(["item": "drill", "pieces": 0]), nil, "invalid-value", "/input/pieces"),
            (.amend(["item": "drill"]), nil, "missing-field", "/input/pieces"),
            (
                .amend(["item": "drill", "pieces": 2, "price": 1]), nil, "unknown-field",
                "/input/price"
            ),
            (
                .amend(["item": "drill", "pieces": 2, "address": ["city": 5]]), nil, "wrong-type",
                "/input/address/city"
            ),
            (.amend("drill"), nil, "wrong-type", "/input"),
        ] as [(ApprovalVerdict, String?, String?, String?)]
    )
    func verdicts(
        _ verdict: ApprovalVerdict,
        _ comment: String?,
        _ code: String?,
        _ pointer: String?
    ) async throws {
        let world = try await ApprovalWorld()
        let approval = Self.approval()
        let schema = world.approvals.schema(for: approval)
        do {
            let state = try approval.answered(
                verdict,
                comment: comment,
                by: Self.ana,
                schema: schema
            )
            #expect(code == nil)
            #expect(state.decider == Self.ana)
            #expect(state.comment == (comment == "too dear" ? comment : nil))
        } catch {
            #expect(error.code == code)
            #expect(error.pointer == pointer)
            // All that is wrong is listed, with pointers of the same form.
            for each in error.details["errors"]?.array ?? [] {
                #expect(each["pointer"]?.string?.hasPrefix("/input") == true)
            }
        }
    }

    @Test("What has no input cannot be changed; a question's own schema goes before the tool's")
    func schemas() async throws {
        let world = try await ApprovalWorld()
        var approval = Self.approval()
        approval.request.input = nil
        #expect(world.approvals.schema(for: approval) == nil)
        #expect(throws: GeneralFault.self) {
            try approval.answered(.amend([:]), comment: nil, by: Self.ana, schema: nil)
        }
        approval.request.input = ["item": "drill", "pieces": 3]
        approval.request.schema = ["type": "object", "required": ["only"]]
        #expect(world.approvals.schema(for: approval)?.json == approval.request.schema)
        approval.request.schema = nil
        approval.request.tool = "shop.gone"
        #expect(world.approvals.schema(for: approval) == nil)
    }

    private static func request(
        _ change: (inout ApprovalRequest) -> Void
    ) -> ApprovalRequest {
        var request = ApprovalWorld.buying()
        change(&request)
        return request
    }

    @Test(
        "Bad questions are refused with the place of what is wrong",
        arguments: [
            (request { _ in }, nil), (request { $0.key = "" }, "/key"),
            (request { $0.key = String(repeating: "k", count: 401) }, "/key"),
            (request { $0.title = "" }, "/title"), (request { $0.title = "a\nb" }, "/title"),
            (request { $0.title = String(repeating: "t", count: 201) }, "/title"),
            (
                request { $0.details = .string(String(repeating: "d", count: 70_000)) },
                "/details"
            ),
            (request { $0.input = .string(String(repeating: "i", count: 263_000)) }, "/input"),
            (request { $0.tool = nil }, "/tool"), (request { $0.input = nil }, "/tool"),
            (request { $0.schema = ["type": "integr"] }, "/schema/type"),
            (request { $0.roles = [.aiAgent] }, "/roles"),
            (request { $0.roles = [""] }, "/roles"),
            (
                request { $0.roles = Set((0...20).map { Role(rawValue: "r\($0)") }) }, "/roles"
            ),
            (request { $0.expiresAt = ApprovalWorld.start }, "/expiresAt"),
            (
                request { $0.expiresAt = ApprovalWorld.start + .seconds(367 * 86_400) },
                "/expiresAt"
            ),
            (
                request { $0.escalation = [.init(after: .zero, roles: [.admin])] },
                "/escalation/0/after"
            ),
            (
                request {
                    $0.escalation = [
                        .init(after: .seconds(5), roles: [.admin]),
                        .init(after: .seconds(5), roles: [.admin]),
                    ]
                }, "/escalation/1/after"
            ),
            (
                request { $0.escalation = [.init(after: .seconds(5), roles: [])] },
                "/escalation/0/roles"
            ),
            (
                request {
                    $0.escalation = (1...11).map { .init(after: .seconds($0), roles: [.admin]) }
                }, "/escalation"
            ),
        ] as [(ApprovalRequest, String?)]
    )
    func requests(_ request: ApprovalRequest, _ pointer: String?) {
        do throws(GeneralFault) {
            try request.check(at: ApprovalWorld.start)
            #expect(pointer == nil)
        } catch {
            #expect(error.pointer == pointer)
        }
    }

    @Test("The places that were changed are told, not the values")
    func changedPlaces() {
        #expect(ChangedPlaces.between(["a": 1], ["a": 1]).isEmpty)
        #expect(
            ChangedPlaces.between(
                ["a": 1, "b": ["c": 1, "d/e": 2], "f": [1, 2], "g": [1], "h": 1],
                ["a": 2, "b": ["c": 1, "d/e": 3], "f": [1, 3], "g": [1, 2], "i~": 1]
            ) == ["/a", "/b/d~1e", "/f/1", "/g", "/h", "/i~0"]
        )
        #expect(ChangedPlaces.between(1, 2) == [""])
    }
}
