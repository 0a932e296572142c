package dev.exeunt.killed

import dev.exeunt.Account
import dev.exeunt.BlockingLogoutClient
import dev.exeunt.CacheLayout
import dev.exeunt.Change
import dev.exeunt.ClientConfig
import dev.exeunt.Commit
import dev.exeunt.Completion
import dev.exeunt.Done
import dev.exeunt.EndSessionRequest
import dev.exeunt.Home
import dev.exeunt.HttpAnswer
import dev.exeunt.HttpCall
import dev.exeunt.HttpTransport
import dev.exeunt.HttpUrlConnectionTransport
import dev.exeunt.LogoutClient
import dev.exeunt.Navigated
import dev.exeunt.Navigation
import dev.exeunt.Navigator
import dev.exeunt.Provider
import dev.exeunt.Redirect
import dev.exeunt.Secret
import dev.exeunt.SessionStore
import dev.exeunt.Who
import java.nio.file.Path
import java.util.concurrent.CountDownLatch
import java.util.concurrent.Executors

/**
 * An app on a device, as a program of its own: told what to do line by line on its standard input, it answers on its
 * standard output. It says so before each effect, and before the one with the number [last] it stops for ever, there to
 * be killed.
 */
private class MortalApp(
    issuer: String,
    private val store: FileStore,
    private val last: Int,
) : SessionStore by store,
    Navigator,
    HttpTransport {
    private val network = HttpUrlConnectionTransport()
    private var effects = 0
    private val client: BlockingLogoutClient =
        LogoutClient(
            ClientConfig(
                clientId = NATIVE,
                provider = Provider.Oidc(issuer),
                home = Home.DEVICE,
                layout = CacheLayout.Prefix("session", ":"),
                redirectUris = listOf(BYE),
                postLogoutRedirectUri = Redirect.Uri(BYE),
                redirectUri = CALLBACK,
            ),
            this,
            this,
            this,
        ).blocking()

    @Synchronized
    private fun before(effect: String) {
        effects += 1
        say("effect $effect")
        if (effects == last) {
            say("stopped")
            CountDownLatch(1).await()
        }
    }

    override fun commit(change: Change): Commit {
        before("a change of the store")
        return store.commit(change)
    }

    override fun send(call: HttpCall): HttpAnswer {
        before("a request to ${call.url.reveal().substringAfterLast('/')}")
        return network.send(call)
    }

    override fun navigate(navigation: Navigation): Navigated {
        before("the browser")
        say("navigation ${navigation.url.reveal()}")
        return Navigated.STARTED
    }

    override fun dismiss(id: String): Done = Done.DONE

    fun obey(
        command: String,
        argument: String,
    ): String =
        when (command) {
            "sign-out" -> client.signOut(EndSessionRequest(Who.This(Account("alice")))).id
            "resume" -> client.resume(8).outcomes.joinToString(" ") { it.id }
            "proof" -> client.proof(argument).url.reveal()
            "complete" ->
                when (val completion = client.complete(Secret(argument))) {
                    is Completion.Matched -> completion.outcome.provider.toString()
                    else -> completion.toString()
                }
            else -> throw IllegalArgumentException("no command is called $command")
        }
}

internal const val NATIVE = "native1"
internal const val BYE = "http://127.0.0.1:4402/logged-out"
internal const val CALLBACK = "http://127.0.0.1:4402/callback"

/** One line to whoever started this program. */
private fun say(line: String) {
    println(line)
    System.out.flush()
}

fun main(arguments: Array<String>) {
    val (issuer, file, last) = arguments
    val app = MortalApp(issuer, FileStore(Path.of(file)), last.toInt())
    val work = Executors.newSingleThreadExecutor()
    generateSequence(::readlnOrNull).forEach { line ->
        work.execute {
            try {
                say("answer ${app.obey(line.substringBefore(' '), line.substringAfter(' ', ""))}")
            } catch (thrown: Throwable) {
                say("failed $thrown")
            }
        }
    }
    // Whoever started it has gone, so nobody would ever kill it.
    Runtime.getRuntime().halt(0)
}
