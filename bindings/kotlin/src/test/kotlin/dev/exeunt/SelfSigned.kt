package dev.exeunt

import java.net.InetAddress
import java.nio.file.Files
import java.nio.file.Path
import java.security.KeyStore
import javax.net.ssl.KeyManagerFactory
import javax.net.ssl.SSLContext
import javax.net.ssl.SSLServerSocket

/** A TLS server for `localhost` with a certificate made on the spot, which no trust store knows. */
internal object SelfSigned {
    private const val PASSWORD = "not a secret"

    fun server(): SSLServerSocket {
        val keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm())
        keys.init(keyStore(), PASSWORD.toCharArray())
        val context = SSLContext.getInstance("TLS").apply { init(keys.keyManagers, null, null) }
        val loopback = InetAddress.getLoopbackAddress()
        return context.serverSocketFactory.createServerSocket(0, 16, loopback) as SSLServerSocket
    }

    private fun keyStore(): KeyStore {
        val folder = Files.createTempDirectory("exeunt")
        val file = folder.resolve("keys.p12")
        try {
            keytool(file)
            return KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray())
        } finally {
            Files.deleteIfExists(file)
            Files.delete(folder)
        }
    }

    private fun keytool(file: Path) {
        val tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString()
        val subject = arrayOf("-alias", "it", "-dname", "CN=localhost", "-ext", "san=dns:localhost")
        val store = arrayOf("-keystore", file.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD)
        val process =
            ProcessBuilder(
                tool,
                "-genkeypair",
                "-keyalg",
                "EC",
                *subject,
                *store,
            ).redirectErrorStream(true).start()
        val said = process.inputStream.readAllBytes().decodeToString()
        check(process.waitFor() == 0) { said }
    }
}
