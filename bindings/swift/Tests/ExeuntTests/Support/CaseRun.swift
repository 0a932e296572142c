@testable import Exeunt

/// One run of one case against a scripted host.
struct CaseRun {
    private let given: Given
    private let expect: Expect
    private let host: ScriptedHost
    private var seen = Seen()
    private var navigationsNoted = 0
    private var latestLease: Lease?

    init(_ given: Given, _ expect: Expect) {
        self.given = given
        self.expect = expect
        host = ScriptedHost(given.script, entries: given.entries)
    }

    consuming func faults() async -> [String] {
        var run = self
        return await run.run()
    }

    private mutating func run() async -> [String] {
        guard given.steps.count == expect.steps.count else {
            return ["\(given.steps.count) steps, \(expect.steps.count) expectations"]
        }
        let client: LogoutClient
        do {
            client = try host.client(given.config)
        } catch let error as LogoutError {
            return Self.compare("client", .present(["error": expect.error ?? .null]), Projection.error(error))
        } catch {
            return ["client: \(error)"]
        }
        if let error = expect.error { return ["the client was made, expected \(error)"] }
        var faults: [String] = []
        for (at, (step, expected)) in zip(given.steps, expect.steps).enumerated() {
            let found: Json
            do {
                found = try await perform(step, client)
            } catch let error as LogoutError {
                found = Projection.error(error)
            } catch {
                faults.append("step \(at): \(error)")
                continue
            }
            noteNavigations()
            faults += Self.compare("step \(at)", expected, seen.hidden(found))
        }
        return faults + end()
    }

    private mutating func perform(_ step: Verb, _ client: LogoutClient) async throws -> Json {
        switch step {
        case .plan(let request): return Projection.plan(try await client.plan(request))
        case .signOut(let request): return noted(try await client.signOut(filled(request)))
        case .run(let request, let put, let remove):
            let plan = try await client.plan(filled(request))
            host.store.put(filled(put))
            host.store.remove(remove)
            return noted(try await client.run(plan))
        case .complete(let url, let ticket):
            return Projection.completion(try await client.complete(Secret(seen.filled(url)), ticket: secret(ticket)))
        case .cancel(let id, let reason):
            return Projection.outcome(try await client.cancel(id: seen.filled(id), reason: reason))
        case .outcome(let id): return Projection.outcome(try await client.outcome(id: seen.filled(id)))
        case .proof(let id):
            let navigation = try await client.proof(id: seen.filled(id))
            seen.note(navigation)
            return Projection.asked(navigation)
        case .pending(let account): return Projection.pending(try await client.pending(account: account))
        case .accounts: return Projection.accounts(try await client.accounts())
        case .readIdToken(let token): return Projection.hints(try readIdTokenUnverified(token: Secret(token)))
        case .ticketInCookies(let header):
            let ticket = ticketInCookies(header: Secret(seen.filled(header)))
            return .present(["ticket": .optional(ticket?.reveal())])
        case .put(let entries): host.store.put(filled(entries))
        case .remove(let keys): host.store.remove(keys)
        case .faults(let faults): host.store.replaceFaults(faults)
        case .timePasses(let seconds): host.store.timePasses(Int64(seconds))
        case .resume(let limit): return Projection.resumed(try await client.resume(limit: limit))
        case .signedIn(let account, let idToken, let ticket):
            try await client.signedIn(account: account, idToken: idToken.map(Secret.init), ticket: secret(ticket))
        case .loginAdvice(let account, let ticket):
            return Projection.advice(try await client.loginAdvice(account: account, ticket: secret(ticket)))
        case .lease(let account): latestLease = try await client.lease(account: account)
        case .save(let entries):
            let entries = entries.map { Entry(key: $0.text, value: Secret($1), protect: true) }
            return .present(["saved": Projection.name(try await client.save(entries, under: lease()))])
        case .stillValid:
            return .present(["still_valid": .flag(try await client.stillValid(lease()))])
        }
        return .object([:])
    }

    /// The latest lease of the case.
    private func lease() throws -> Lease {
        guard let latestLease else { throw Malformed("steps", "no lease was taken before") }
        return latestLease
    }

    /// A ticket that may be one of an earlier outcome.
    private func secret(_ ticket: String?) -> Secret? { ticket.map { Secret(seen.filled($0)) } }

    private mutating func noted(_ outcome: LogoutOutcome) -> Json {
        noteNavigations()
        seen.note(outcome)
        return Projection.outcome(outcome)
    }

    private mutating func noteNavigations() {
        let all = host.navigator?.navigations ?? []
        for navigation in all.dropFirst(navigationsNoted) { seen.note(navigation) }
        navigationsNoted = all.count
    }

    private func filled(_ entries: [ExactText: String]) -> [ExactText: String] {
        Dictionary(
            entries.map { (ExactText(seen.filled($0.text)), seen.filled($1)) }, uniquingKeysWith: { _, last in last })
    }

    /// A request may bring the ticket of an earlier outcome.
    private func filled(_ request: EndSessionRequest) -> EndSessionRequest {
        guard let ticket = request.ticket else { return request }
        return EndSessionRequest(
            who: request.who, redirect: request.redirect, initiatingPage: request.initiatingPage,
            returnTo: request.returnTo, authority: request.authority, mode: request.mode, reach: request.reach,
            idTokenHint: request.idTokenHint, logoutHint: request.logoutHint, state: request.state,
            uiLocales: request.uiLocales, extraParameters: request.extraParameters,
            correlationId: request.correlationId, everywhere: request.everywhere, inFrame: request.inFrame,
            popup: request.popup, mainWindowRedirectUri: request.mainWindowRedirectUri,
            revokeTokens: request.revokeTokens, onCancel: request.onCancel,
            ticket: Secret(seen.filled(ticket.reveal())))
    }

    /// What is expected of the host once all steps are done.
    private func end() -> [String] {
        let entries = host.store.entries
        let theirs = entries.filter { !$0.key.text.hasPrefix("exeunt.") }
        let records = entries.keys.count { $0.text.hasPrefix("exeunt.pending.") }
        let navigations = (host.navigator?.navigations ?? []).map(Projection.navigation)
        let requests = (host.transport?.calls ?? []).map(Projection.call)
        let checks: [(String, Json?, Json)] = [
            ("store", expect.store.map { .object($0.mapValues(Json.text)) }, .object(theirs.mapValues(Json.text))),
            ("keys", expect.keys.map { .texts($0.sorted()) }, .texts(theirs.keys.map(\.text).sorted())),
            ("own_keys", expect.ownKeys.map { .number(Int64($0)) }, .number(Int64(records))),
            ("navigations", expect.navigations, seen.hidden(.list(navigations))),
            ("dismissed", expect.dismissed.map { .number(Int64($0)) }, .number(Int64(host.navigator?.dismissed ?? 0))),
            ("events", expect.events, .list(host.listener.events.map { Projection.name($0.kind) })),
            ("http", expect.http, seen.hidden(.list(requests))),
        ]
        return checks.compactMap { name, expected, found in
            guard let expected, expected != found else { return nil }
            return "\(name): expected \(expected), found \(found)"
        }
    }

    /// Compares what the expectation names; completions and what `resume` did look into their outcomes likewise.
    private static func compare(_ place: String, _ expected: Json, _ found: Json) -> [String] {
        guard case .object(let wanted) = expected, case .object(let members) = found else {
            return ["\(place): expected \(expected), found \(found)"]
        }
        let error = ExactText("error")
        if members[error] != nil, wanted[error] == nil { return ["\(place): an error, \(found)"] }
        return wanted.flatMap { name, value -> [String] in
            let place = "\(place).\(name.text)"
            guard let member = members[name] else { return ["\(place): not there; found \(found)"] }
            switch name.text {
            case "error": return compare(place, value, member)
            case "matched", "already_handled": return compareOutcome(place, value, member)
            case "outcomes": return compareOutcomes(place, value, member)
            default: return value == member ? [] : ["\(place): expected \(value), found \(member)"]
            }
        }
    }

    private static func compareOutcome(_ place: String, _ expected: Json, _ found: Json) -> [String] {
        guard case .object(let wanted) = expected, case .object(let members) = found,
            let outcome = wanted[ExactText("outcome")], wanted.count == 1, let known = members[ExactText("outcome")]
        else { return ["\(place): expected \(expected), found \(found)"] }
        return compare("\(place).outcome", outcome, known)
    }

    private static func compareOutcomes(_ place: String, _ expected: Json, _ found: Json) -> [String] {
        guard case .list(let wanted) = expected, case .list(let known) = found, wanted.count == known.count else {
            return ["\(place): expected \(expected), found \(found)"]
        }
        return zip(wanted, known).enumerated().flatMap { at, pair in compare("\(place)[\(at)]", pair.0, pair.1) }
    }
}
