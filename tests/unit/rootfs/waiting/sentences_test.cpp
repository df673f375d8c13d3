#include "rootfs/waiting/sentences.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace farboot::rootfs
{
namespace
{

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t five_past_two = 14 * 3600 + 5 * 60;

class Sentences : public testing::Test
{
protected:
    void SetUp() override
    {
        ::setenv("TZ", "UTC", 1);
        ::tzset();
    }
    void TearDown() override
    {
        for (const auto* name : {"LC_ALL", "LC_MESSAGES", "LANG", "TZ"})
            ::unsetenv(name);
    }

    WaitingState one{five_past_two, {"boot.example.org"}};
    WaitingState two{five_past_two, {"boot.example.org", "mirror.example.org"}};
};

TEST_F(Sentences, SayWhoWaitsForWhichServerSinceWhenAndThatItGoesOn)
{
    EXPECT_THAT(sentences({one, {}}, Language::english),
                ElementsAre("This system has been waiting for its server since 14:05: boot.example.org.",
                            "It goes on by itself as soon as network and server are back. You need not do anything."));
    EXPECT_THAT(
        sentences({one, {}}, Language::german),
        ElementsAre("Dieses System wartet seit 14:05 Uhr auf seinen Server: boot.example.org.",
                    "Es geht von selbst weiter, sobald Netz und Server wieder da sind. Sie müssen nichts tun."));
}

TEST_F(Sentences, NameAllServersAndTheVirtualMachine)
{
    const auto english = sentences({two, one}, Language::english);
    ASSERT_EQ(english.size(), 3);
    EXPECT_EQ(english[0], "This system has been waiting for one of its servers since 14:05: boot.example.org, "
                          "mirror.example.org.");
    EXPECT_EQ(english[1], "The virtual machine's disk has been waiting for its server since 14:05: boot.example.org.");
    const auto german = sentences({{}, two}, Language::german);
    ASSERT_EQ(german.size(), 2);
    EXPECT_EQ(german[0], "Die Platte der virtuellen Maschine wartet seit 14:05 Uhr auf einen ihrer Server: "
                         "boot.example.org, mirror.example.org.");
    EXPECT_THAT(sentences({}, Language::german), IsEmpty());
}

TEST_F(Sentences, TellTheLocalTime)
{
    ::setenv("TZ", "CET-1", 1);
    ::tzset();
    EXPECT_THAT(sentences({one, {}}, Language::english)[0], testing::HasSubstr("since 15:05"));
}

TEST_F(Sentences, AreInTheSessionsLanguage)
{
    EXPECT_EQ(language_of_session(), Language::english);
    ::setenv("LANG", "de_AT.UTF-8", 1);
    EXPECT_EQ(language_of_session(), Language::german);
    ::setenv("LC_MESSAGES", "fr_FR.UTF-8", 1);
    EXPECT_EQ(language_of_session(), Language::english);
    ::setenv("LC_ALL", "de_DE", 1);
    EXPECT_EQ(language_of_session(), Language::german);
    ::setenv("LC_ALL", "", 1);
    EXPECT_EQ(language_of_session(), Language::english) << "empty is not set";
    EXPECT_EQ(language_named("de"), Language::german);
    EXPECT_EQ(language_named("en"), Language::english);
    EXPECT_FALSE(language_named("fr"));
}

TEST_F(Sentences, AreCutAtSpaces)
{
    EXPECT_THAT(wrap({"one two three", "four"}, 7), ElementsAre("one two", "three", "four"));
    EXPECT_THAT(wrap({"one"}, 3), ElementsAre("one"));
    EXPECT_THAT(wrap({"unbreakable word"}, 4), ElementsAre("unbreakable", "word"));
    EXPECT_THAT(wrap({"müssen nichts"}, 13), ElementsAre("müssen nichts")) << "characters count, not bytes";
    EXPECT_THAT(wrap({}, 10), IsEmpty());
}

TEST_F(Sentences, AreDrawnInLatin1)
{
    EXPECT_EQ(to_latin1("Sie müssen: äöüß"), "Sie m\xfcssen: \xe4\xf6\xfc\xdf");
    EXPECT_EQ(to_latin1("10 €, ł"), "10 ?, ?");
    EXPECT_EQ(to_latin1("cut \xc3"), "cut ?");
    for (const auto language : {Language::english, Language::german})
        for (const auto& sentence : sentences({two, two}, language))
            EXPECT_EQ(to_latin1(sentence).find('?'), std::string::npos) << sentence;
}

} // namespace
} // namespace farboot::rootfs
