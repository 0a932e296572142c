package dev.exeunt

import java.util.Base64

/** One provider, one account and their store, for tests that are about something else. */
internal object Fixture {
    const val ISSUER = "https://op.example.com"
    const val BYE = "https://app.example.com/bye"
    val layout = CacheLayout.Prefix("session", ":")
    val endpoints = Endpoints(endSession = "$ISSUER/logout", revocation = "$ISSUER/revoke")

    val config =
        ClientConfig(
            clientId = "rp",
            provider = Provider.Oidc(ISSUER, endpoints),
            home = Home.DEVICE,
            layout = layout,
            redirectUris = listOf(BYE),
            postLogoutRedirectUri = Redirect.Uri(BYE),
        )

    val alice = EndSessionRequest(Who.This(Account("alice")))

    fun entries(): Map<String, Secret> =
        mapOf(
            "session:alice:id_token" to Secret(idToken("alice")),
            "session:alice:refresh_token" to Secret("refresh"),
            "session:alice:cart" to Secret("3 apples"),
        )

    /** A well-formed token with these claims. */
    fun idToken(
        subject: String,
        signature: String = "c2ln",
        vararg claims: Pair<String, String>,
    ): String {
        val all = mapOf("iss" to ISSUER, "aud" to "rp", "sub" to subject) + claims
        val payload = all.entries.joinToString(",", "{", "}") { (name, value) -> "\"$name\":\"$value\"" }
        return "${base64("""{"alg":"RS256"}""")}.${base64(payload)}.$signature"
    }

    fun base64(text: String): String = Base64.getUrlEncoder().withoutPadding().encodeToString(text.toByteArray())

    /** A provider that accepts everything. */
    val ok =
        object : HttpTransport {
            override fun send(call: HttpCall): HttpAnswer = HttpAnswer(200, emptyList(), ByteArray(0))
        }
}

/** The keys of the app in this store, sorted. */
internal fun MemoryStore.appKeys(): List<String> = keys("session:").sorted()
