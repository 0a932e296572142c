@testable import Exeunt

/// Typed values as the JSON that cases compare.
enum Projection {
    static func error(_ error: LogoutError) -> Json {
        .present(["error": .present(["code": .text(error.code()), "rule": .optional(error.rule)])])
    }

    static func outcome(_ outcome: LogoutOutcome) -> Json {
        var accounts: [ExactText: Json] = [:]
        for account in outcome.accounts {
            accounts[ExactText(account.account)] = status(account.status)
        }
        return .present([
            "application": status(outcome.application),
            "accounts": .object(accounts),
            "provider": status(outcome.provider),
            "upstream": name(outcome.upstream),
            "revocations": .list(outcome.revocations.map(revocation)),
            "left_behind": .texts(outcome.leftBehind),
            "kept": .list(outcome.kept.map(kept)),
            "cookies": cookies(outcome.cookies),
            "warnings": .list(outcome.warnings.map(warning)),
            "correlation_id": .text(outcome.correlationId),
            "provider_error": .optional(outcome.providerError),
            "provider_message": .optional(outcome.providerMessage),
            "next": outcome.next.map(navigation),
            "state": .optional(outcome.state?.reveal()),
            "return_to": .optional(outcome.returnTo),
            "has_ticket": .flag(outcome.ticket != nil),
            "http_loopback": .flag(outcome.httpLoopback),
            "signed_out_locally": .flag(outcome.signedOutLocally()),
            "signed_out_at_provider": .flag(outcome.signedOutAtProvider()),
            "reply": reply(outcome.reply()),
        ])
    }

    static func completion(_ completion: Completion) -> Json {
        let reply = reply(completion.reply())
        switch completion {
        case .matched(let known):
            return .present(["matched": .present(["outcome": outcome(known)]), "reply": reply])
        case .alreadyHandled(let known):
            return .present(["already_handled": .present(["outcome": outcome(known)]), "reply": reply])
        case .notOurs(let why):
            return .present(["not_ours": .present(["why": name(why)]), "reply": reply])
        }
    }

    static func plan(_ plan: LogoutPlan) -> Json {
        .present([
            "steps": .list(plan.steps().map(step)),
            "warnings": .list(plan.warnings().map(warning)),
            "explain": .texts(plan.explain()),
            "printed": .text(plan.description),
        ])
    }

    static func navigation(_ navigation: Navigation) -> Json {
        .present([
            "url": .text(navigation.url.reveal()),
            "method": name(navigation.method),
            "form": .list(navigation.form.map { .texts([$0.name, $0.value.reveal()]) }),
            "mode": name(navigation.mode),
            "popup": navigation.popup.map(popup),
            "main_window_redirect_uri": .optional(navigation.mainWindowRedirectUri),
            "redirect_uri": .optional(navigation.redirectUri),
            "frame_timeout_ms": .number(navigation.frameTimeoutMs),
        ])
    }

    /// What `proof` answers: the navigation, and how a web framework sends it.
    static func asked(_ proof: Navigation) -> Json {
        guard case .object(var members) = navigation(proof) else { return navigation(proof) }
        members[ExactText("reply")] = reply(proof.reply())
        return .object(members)
    }

    static func pending(_ pending: [PendingLogout]) -> Json {
        let list = pending.map { one in
            Json.present(["accounts": .texts(one.accounts), "provider": status(one.provider)])
        }
        return .present(["pending": .list(list.sorted { $0.description < $1.description })])
    }

    static func accounts(_ accounts: [Account]) -> Json {
        .present(["accounts": .texts(accounts.map(\.homeAccountId).sorted())])
    }

    static func registration(_ registration: ClientRegistration) -> Json {
        .present([
            "post_logout_redirect_uris": .texts(registration.postLogoutRedirectUris),
            "frontchannel_logout_uri": .optional(registration.frontchannelLogoutUri),
            "frontchannel_logout_session_required": .flag(registration.frontchannelLogoutSessionRequired),
            "backchannel_logout_uri": .optional(registration.backchannelLogoutUri),
            "backchannel_logout_session_required": .flag(registration.backchannelLogoutSessionRequired),
        ])
    }

    static func hints(_ hints: Hints) -> Json {
        .present([
            "encrypted": .flag(hints.encrypted),
            "unsigned": .flag(hints.unsigned),
            "issuer": .optional(hints.issuer),
            "subject": .optional(hints.subject?.reveal()),
            "audience": .texts(hints.audience),
            "authorized_party": .optional(hints.authorizedParty),
            "session_id": .optional(hints.sessionId?.reveal()),
            "login_hint": .optional(hints.loginHint?.reveal()),
            "expires_at": hints.expiresAt.map(Json.number),
            "issued_at": hints.issuedAt.map(Json.number),
            "authenticated_at": hints.authenticatedAt.map(Json.number),
        ])
    }

    static func resumed(_ resumed: Resumed) -> Json {
        .present([
            "outcomes": .list(resumed.outcomes.map(outcome)),
            "more": .flag(resumed.nextDue != nil),
            "set_aside": .texts(resumed.setAside),
        ])
    }

    static func advice(_ advice: LoginAdvice) -> Json {
        .present([
            "parameters": .list(advice.parameters.map { .texts([$0.name, $0.value.reveal()]) }),
            "remains": .flag(advice.since != nil),
        ])
    }

    static func call(_ call: HttpCall) -> Json {
        var headers: [ExactText: Json] = [:]
        for header in call.headers {
            headers[ExactText(header.name.lowercased())] = .text(header.value.reveal())
        }
        return .present([
            "method": name(call.method), "url": .text(call.url.reveal()), "headers": .object(headers),
            "body": .optional(call.body?.reveal()),
        ])
    }

    static func event(_ event: LogoutEvent) -> Json {
        .present([
            "kind": name(event.kind), "id": .text(event.id), "correlation_id": .text(event.correlationId),
        ])
    }

    /// A variant without data: `readBack` as `read_back`.
    static func name(_ value: some Any) -> Json { .text(snake(value)) }

    static func snake(_ value: some Any) -> String {
        String(describing: value).map { $0.isUppercase ? "_\($0.lowercased())" : String($0) }.joined()
    }

    /// Absent where there are none.
    private static func cookies(_ cookies: [Cookie]) -> Json? {
        let list = cookies.map { cookie in
            Json.present([
                "name": .text(cookie.name), "path": .optional(cookie.path), "domain": .optional(cookie.domain),
                "secure": cookie.secure.map(Json.flag), "http_only": cookie.httpOnly.map(Json.flag),
                "same_site": cookie.sameSite.map(name),
            ])
        }
        return list.isEmpty ? nil : .list(list)
    }

    private static func status(_ status: SessionStatus) -> Json {
        switch status {
        case .ended(let evidence): .present(["ended": .present(["evidence": name(evidence)])])
        case .unconfirmed(let because): .present(["unconfirmed": .present(["because": name(because)])])
        case .failed(let because): .present(["failed": .present(["because": name(because)])])
        case .pending: .text("pending")
        case .notAsked: .text("not_asked")
        }
    }

    private static func revocation(_ revocation: Revocation) -> Json {
        .present([
            "account": .text(revocation.account), "token": name(revocation.token), "status": name(revocation.status),
            "provider_error": .optional(revocation.providerError),
        ])
    }

    private static func kept(_ kept: Kept) -> Json {
        .present(["purpose": name(kept.purpose), "account": .optional(kept.account)])
    }

    private static func warning(_ warning: PlanWarning) -> Json {
        switch warning {
        case .mayNotReturn(let why): .present(["may_not_return": .present(["why": name(why)])])
        case .popupStaysOpen: .text("popup_stays_open")
        case .providerSessionRemains: .text("provider_session_remains")
        case .noEndSessionEndpoint: .text("no_end_session_endpoint")
        case .accountPickerWillShow(let cure):
            .present(["account_picker_will_show": .present(["cure": .text(cure)])])
        case .confirmationWillShow(let cure): .present(["confirmation_will_show": .present(["cure": .text(cure)])])
        case .damagedIdToken(let account, let rule):
            .present(["damaged_id_token": .present(["account": .text(account), "rule": .text(rule)])])
        case .hintDropped: .text("hint_dropped")
        case .notRecorded: .text("not_recorded")
        case .storeNotAtomic: .text("store_not_atomic")
        case .schemeWithoutDot: .text("scheme_without_dot")
        case .localhostByName: .text("localhost_by_name")
        case .differentCookieJar: .text("different_cookie_jar")
        case .endpointOnOtherHost(let host): .present(["endpoint_on_other_host": .present(["host": .text(host)])])
        case .insecureEndpoint(let member): .present(["insecure_endpoint": .present(["member": .text(member)])])
        case .metadataRefused(let rule): .present(["metadata_refused": .present(["rule": .text(rule)])])
        case .allowListUncertain: .text("allow_list_uncertain")
        case .connectionNeedsOwnClient: .text("connection_needs_own_client")
        case .nothingBehindProvider: .text("nothing_behind_provider")
        case .optionUnused(let option): .present(["option_unused": .present(["option": .text(option)])])
        case .alreadyUnderWay: .text("already_under_way")
        case .samlLogoutUrlNeeded: .text("saml_logout_url_needed")
        case .samlSessionIndexNeeded: .text("saml_session_index_needed")
        case .otherAppsSignedOut: .text("other_apps_signed_out")
        case .revocationReachesFurther(let scope):
            .present(["revocation_reaches_further": .present(["scope": name(scope)])])
        case .tokenStaysValid(let token): .present(["token_stays_valid": .present(["token": name(token)])])
        }
    }

    private static func step(_ step: LogoutStep) -> Json {
        switch step {
        case .clear(let accounts, let everyone, let keys, let deleted):
            .present([
                "clear": .present([
                    "accounts": .texts(accounts), "everyone": .flag(everyone), "keys": .texts(keys),
                    "cookies": cookies(deleted),
                ])
            ])
        case .call(let account, let endpoint):
            .present(["call": .present(["account": .text(account), "endpoint": .text(endpoint)])])
        case .navigate(let endpoint, let mode, let redirectUri, let parameters):
            .present([
                "navigate": .present([
                    "endpoint": .optional(endpoint), "mode": name(mode), "redirect_uri": .optional(redirectUri),
                    "parameters": .texts(parameters),
                ])
            ])
        case .revoke(let account, let token, let endpoint):
            .present([
                "revoke": .present([
                    "account": .text(account), "token": name(token), "endpoint": .optional(endpoint),
                ])
            ])
        }
    }

    private static func popup(_ popup: PopupWindow) -> Json {
        func number(_ value: Int32?) -> Json? { value.map { .number(Int64($0)) } }
        return .present([
            "width": number(popup.width), "height": number(popup.height), "left": number(popup.left),
            "top": number(popup.top), "name": .optional(popup.name),
        ])
    }

    private static func reply(_ reply: Reply) -> Json {
        .present([
            "status": .number(Int64(reply.status)),
            "headers": .list(reply.headers.map { .texts([$0.name, $0.value.reveal()]) }),
            "body": .text(reply.body.reveal()),
        ])
    }
}
