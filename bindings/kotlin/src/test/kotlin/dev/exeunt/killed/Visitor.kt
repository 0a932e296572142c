package dev.exeunt.killed

import dev.exeunt.cases.text
import dev.exeunt.cases.truth
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonObject
import java.net.URI
import java.net.URLDecoder
import java.net.URLEncoder
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import java.security.MessageDigest
import java.util.Base64

/** Alice and her browser, which has no screen: a jar of cookies, and the pages of one provider. */
internal class Visitor(
    private val provider: OpenIdProvider,
) {
    private class Page(
        val url: URI,
        val location: URI?,
        val text: String,
    )

    private val http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()
    private val cookies = mutableMapOf<String, String>()

    /** Signs in to the native client; the answer holds the tokens. */
    fun signIn(): JsonObject {
        val verifier = "v".repeat(43)
        val digest = MessageDigest.getInstance("SHA-256").digest(verifier.toByteArray())
        val asked =
            mapOf(
                "client_id" to NATIVE,
                "response_type" to "code",
                "redirect_uri" to CALLBACK,
                "scope" to "openid",
                "code_challenge" to Base64.getUrlEncoder().withoutPadding().encodeToString(digest),
                "code_challenge_method" to "S256",
            )
        val page = visit(URI("${provider.issuer}/auth?${encoded(asked)}"))
        val returned = submit(page, mapOf("login" to "alice", "password" to "correct horse"))
        val code = parameter(checkNotNull(returned.location), "code")
        return back(
            "/token",
            mapOf(
                "grant_type" to "authorization_code",
                "client_id" to NATIVE,
                "redirect_uri" to CALLBACK,
                "code" to checkNotNull(code) { "the provider gave no code" },
                "code_verifier" to verifier,
            ),
        )
    }

    /** Opens the address of a sign-out and says yes; gives the address at which the provider lets go. */
    fun signOut(url: String): String = submit(visit(URI(url)), mapOf("logout" to "yes")).location.toString()

    /** Opens an address at which nothing is asked; gives the address at which the provider lets go. */
    fun pass(url: String): String = visit(URI(url)).location.toString()

    /** Whether the provider still honours a token. */
    fun isActive(token: String): Boolean {
        val pair = "${provider.clientId}:${provider.clientSecret}".toByteArray()
        val basic = "Basic ${Base64.getEncoder().encodeToString(pair)}"
        return back("/token/introspection", mapOf("token" to token), basic).getValue("active").truth("active")
    }

    /** Goes there, and on through the provider's redirects until they leave it. */
    private fun visit(
        url: URI,
        form: Map<String, String>? = null,
    ): Page {
        val sent = request(url, form).header("Accept", "text/html")
        if (cookies.isNotEmpty()) sent.header("Cookie", cookies.entries.joinToString("; ") { "${it.key}=${it.value}" })
        val answer = http.send(sent.build(), HttpResponse.BodyHandlers.ofString())
        answer.headers().allValues("set-cookie").forEach { keep(it.substringBefore(';')) }
        val page =
            Page(
                url,
                answer
                    .headers()
                    .firstValue("location")
                    .map { url.resolve(it) }
                    .orElse(null),
                answer.body(),
            )
        return if (page.location?.toString()?.startsWith("${provider.issuer}/") == true) visit(page.location) else page
    }

    private fun keep(cookie: String) {
        val (name, value) = cookie.split('=', limit = 2)
        if (value.isEmpty()) cookies.remove(name) else cookies[name] = value
    }

    /** Submits the only form of the page, with these fields besides its own. */
    private fun submit(
        page: Page,
        fields: Map<String, String>,
    ): Page {
        val form = checkNotNull(FORM.find(page.text)?.value) { "this page asks nothing: ${page.url.path}" }
        val action = ACTION.find(form)?.let { page.url.resolve(it.groupValues[1]) } ?: page.url
        val own = HIDDEN.findAll(form).associate { it.groupValues[1] to it.groupValues[2] }
        return visit(action, own + fields)
    }

    /** A request of the app to the provider, without the browser. */
    private fun back(
        path: String,
        form: Map<String, String>,
        authorization: String? = null,
    ): JsonObject {
        val sent = request(URI(provider.issuer + path), form)
        authorization?.let { sent.header("Authorization", it) }
        val answer = http.send(sent.build(), HttpResponse.BodyHandlers.ofString())
        check(answer.statusCode() == 200) { "$path answered ${answer.statusCode()}" }
        return Json.parseToJsonElement(answer.body()).jsonObject
    }

    private fun request(
        url: URI,
        form: Map<String, String>?,
    ): HttpRequest.Builder {
        val request = HttpRequest.newBuilder(url)
        if (form == null) return request
        return request
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(encoded(form)))
    }

    private companion object {
        val FORM = Regex("<form[^>]*>.*</form>", RegexOption.DOT_MATCHES_ALL)
        val ACTION = Regex("""^<form[^>]*\baction="([^"]*)"""")
        val HIDDEN = Regex("""<input type="hidden" name="([^"]*)" value="([^"]*)"""")

        fun encoded(pairs: Map<String, String>) =
            pairs.entries.joinToString("&") { "${it.key}=${URLEncoder.encode(it.value, Charsets.UTF_8)}" }

        fun parameter(
            url: URI,
            name: String,
        ): String? =
            url.rawQuery
                .split('&')
                .firstOrNull { it.startsWith("$name=") }
                ?.let { URLDecoder.decode(it.substringAfter('='), Charsets.UTF_8) }
    }
}

/** A token by its name in the provider's answer. */
internal fun JsonObject.token(name: String): String = getValue(name).text(name)
