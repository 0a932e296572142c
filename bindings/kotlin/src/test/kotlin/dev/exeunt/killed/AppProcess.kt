package dev.exeunt.killed

import java.nio.file.Path

/** The app as a process of its own. Closing it ends it in an orderly way; [kill] does not. */
internal class AppProcess(
    issuer: String,
    store: Path,
    stopsBefore: Int = 0,
) : AutoCloseable {
    private val process =
        ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-classpath",
            System.getProperty("java.class.path"),
            "dev.exeunt.killed.MortalAppKt",
            issuer,
            store.toString(),
            stopsBefore.toString(),
        ).redirectError(ProcessBuilder.Redirect.INHERIT).start()

    /** What it was about to do, in order. */
    val effects = mutableListOf<String>()

    /** Where it sent the browser, in order. */
    val navigations = mutableListOf<String>()

    /** Tells it what to do; the answer is absent where it stopped on the way. */
    fun ask(command: String): String? {
        process.outputWriter().run {
            write("$command\n")
            flush()
        }
        while (true) {
            val line = process.inputReader().readLine() ?: throw AssertionError("the app has ended")
            val said = line.substringAfter(' ', "")
            when (line.substringBefore(' ')) {
                "effect" -> effects += said
                "navigation" -> navigations += said
                "stopped" -> return null
                "answer" -> return said
                else -> throw AssertionError("the app says: $line")
            }
        }
    }

    /** SIGKILL: it has no time for anything. Gives its exit code. */
    fun kill(): Int = process.destroyForcibly().waitFor()

    override fun close() {
        process.outputWriter().close()
        process.waitFor()
    }
}
