package dev.exeunt.cases

import dev.exeunt.ClientConfig
import dev.exeunt.Done
import dev.exeunt.Header
import dev.exeunt.HostException
import dev.exeunt.HttpAnswer
import dev.exeunt.HttpCall
import dev.exeunt.HttpMethod
import dev.exeunt.HttpTransport
import dev.exeunt.LogoutClient
import dev.exeunt.LogoutEvent
import dev.exeunt.LogoutListener
import dev.exeunt.Navigated
import dev.exeunt.Navigation
import dev.exeunt.Navigator
import dev.exeunt.Secret
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import java.net.URLEncoder

/** The host of one case: it does what the case says, and writes down what it was asked. */
internal class ScriptedHost(
    json: JsonElement,
    entries: Map<String, String>,
    private val drawn: Drawn,
) {
    private val script = Script.of(json)
    private val left = script.rules.associateWith { it.times ?: Int.MAX_VALUE }.toMutableMap()
    private lateinit var client: LogoutClient

    val store = ScriptedStore(entries, script.store)
    val navigations = mutableListOf<Navigation>()
    val events = mutableListOf<LogoutEvent>()
    val calls = mutableListOf<HttpCall>()
    var dismissed = 0
        private set

    /** The client of this host, as the case configures it. */
    fun client(config: ClientConfig): LogoutClient {
        val navigator = ScriptedNavigator().takeIf { script.navigator != "absent" }
        val transport = ScriptedTransport().takeIf { script.hasTransport }
        client = LogoutClient(config, store, navigator, transport, listOf(ScriptedListener()))
        return client
    }

    private inner class ScriptedNavigator : Navigator {
        override fun navigate(navigation: Navigation): Navigated {
            navigations += navigation
            drawn.see(navigation)
            return when (script.navigator) {
                "started" -> Navigated.STARTED
                "stopped" -> Navigated.STOPPED
                "no_browser" -> Navigated.NO_BROWSER
                "completes" -> Navigated.STARTED.also { complete(navigation) }
                "offline", "throws" -> scriptedFailure(script.navigator)
                else -> throw CaseError("no navigator is called ${script.navigator}")
            }
        }

        override fun dismiss(id: String): Done {
            dismissed += 1
            return if (script.dismissThrows) scriptedFailure("throws") else Done.DONE
        }

        private fun complete(navigation: Navigation) {
            val state = URLEncoder.encode(Drawn.stateOf(navigation).orEmpty(), Charsets.UTF_8)
            client.blocking().complete(Secret("${navigation.redirectUri}?state=$state"))
        }
    }

    private inner class ScriptedListener : LogoutListener {
        override fun onEvent(event: LogoutEvent): Done {
            events += event
            return if (script.listenerThrows) scriptedFailure("throws") else Done.DONE
        }
    }

    private inner class ScriptedTransport : HttpTransport {
        override fun send(call: HttpCall): HttpAnswer {
            calls += call
            val rule =
                script.rules.firstOrNull {
                    it.method == call.method && it.url == call.url.reveal() && left.getValue(it) > 0
                } ?: throw HostException.Offline("no rule")
            left.merge(rule, -1, Int::plus)
            return rule.answer()
        }
    }
}

internal class Rule(
    val method: HttpMethod,
    val url: String,
    val times: Int?,
    private val status: Int,
    private val headers: Map<String, String>,
    private val body: String?,
    private val fails: String?,
) {
    fun answer(): HttpAnswer {
        fails?.let { scriptedFailure(it) }
        return HttpAnswer(status, headers.map { Header(it.key, Secret(it.value)) }, body.orEmpty().toByteArray())
    }
}

internal class Script(
    val navigator: String,
    val dismissThrows: Boolean,
    val listenerThrows: Boolean,
    val rules: List<Rule>,
    val hasTransport: Boolean,
    val store: StoreFaults,
) {
    companion object {
        fun of(json: JsonElement): Script =
            json.fields("host") {
                Script(
                    optionalText("navigator") ?: "absent",
                    only("dismiss", "throws"),
                    only("listener", "throws"),
                    list("http").map { rule(it) },
                    !only("transport", "absent"),
                    StoreFaults.of(optional("store") ?: JsonObject(emptyMap())),
                )
            }

        private fun Fields.only(
            name: String,
            value: String,
        ): Boolean =
            when (val given = optionalText(name)) {
                null -> false
                value -> true
                else -> throw CaseError("host.$name cannot be $given")
            }

        private fun rule(json: JsonElement): Rule =
            json.fields("host.http") {
                val fails = optionalText("fails")
                Rule(
                    Decoder.decode(required("method"), "host.http.method"),
                    text("url"),
                    optionalInt("times"),
                    if (fails == null) int("status") else optionalInt("status") ?: 0,
                    textMap("headers"),
                    optionalText("body"),
                    fails,
                )
            }
    }
}
