package dev.exeunt

import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.ValueSource
import java.io.File

class LicencesTest {
    private val root = File(checkNotNull(System.getProperty("exeunt.cases"))).resolve("../..")

    /** What lies beside the classes is what the jar is made of. */
    @ParameterizedTest
    @ValueSource(strings = ["LICENSE-MIT", "LICENSE-APACHE"])
    fun `the licence lies beside the classes, whole`(name: String) {
        val packed = LogoutClient::class.java.getResourceAsStream("/META-INF/$name")
        assertNotNull(packed, "META-INF/$name is missing")
        packed?.use { assertArrayEquals(root.resolve(name).readBytes(), it.readBytes()) }
    }
}
