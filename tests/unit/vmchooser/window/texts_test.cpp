#include "vmchooser/window/texts.hpp"

#include <gtest/gtest.h>

using namespace farboot;
using namespace farboot::vmchooser;

namespace
{

TEST(Texts, AreThereInBothLanguages)
{
    const auto de = Texts("de").all();
    const auto en = Texts("en").all();
    ASSERT_FALSE(de.isEmpty());
    for (auto text = de.begin(); text != de.end(); ++text) {
        EXPECT_FALSE(text.value().toString().isEmpty()) << text.key().toStdString();
        EXPECT_FALSE(en[text.key()].toString().isEmpty()) << text.key().toStdString();
    }
    EXPECT_EQ(de["powerOff"], "Ausschalten");
    EXPECT_EQ(en["powerOff"], "Power off");
}

TEST(Texts, KeepPlaceholdersInBothLanguages)
{
    for (const auto* language : {"de", "en"}) {
        const Texts texts(language);
        EXPECT_TRUE(texts.of("errorTitle").contains("{title}")) << language;
        EXPECT_TRUE(texts.of("retryIn").contains("{seconds}")) << language;
        EXPECT_TRUE(texts.of("user").contains("{user}")) << language;
    }
}

/// Every reason of docs/records.md that a record can be refused for.
TEST(Texts, SayEveryRefusalInGerman)
{
    for (const auto* reason : {"envelope-malformed", "type-unknown", "type-mismatch", "signature-missing",
                               "key-unknown", "signature-invalid", "signatures-too-few", "record-malformed",
                               "series-mismatch", "statement-stale", "number-too-low", "revoked", "digest-mismatch",
                               "unreachable", "tls", "stalled", "memory-short", "machine-start", "viewer-failed"}) {
        const Error error{reason, "In English."};
        EXPECT_NE(Texts("de").error(error), "In English.") << reason;
        EXPECT_EQ(Texts("en").error(error), "In English.") << reason;
    }
    EXPECT_TRUE(Texts("de").error({"http-503", "x"}).startsWith("Der Server kann"));
    EXPECT_TRUE(Texts("de").error({"http-400", "x"}).startsWith("Der Server hat"));
    EXPECT_EQ(Texts("de").error({"never-heard-of", "In English."}), "In English.");
}

} // namespace
