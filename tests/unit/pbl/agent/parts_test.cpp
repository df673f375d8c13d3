#include "pbl/agent/files.hpp"
#include "pbl/agent/menu.hpp"
#include "pbl/agent/network.hpp"
#include "pbl/agent/sentence.hpp"
#include "pbl/agent/stage_log.hpp"
#include "pbl/agent/status.hpp"
#include "pbl/agent/text_menus.hpp"
#include "rootfs/kexec/cpio.hpp"
#include "tests/unit/rootfs/fetch/authority.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

namespace farboot::agent
{

namespace
{

using testing::Contains;
using testing::HasSubstr;

TEST(Cpio, SizesAndPaddingAreThoseOfNewc)
{
    const auto archive = rootfs::cpio_archive("d", {{"abc", "12345"}});
    EXPECT_EQ(archive.size() % 4, 0U);
    EXPECT_EQ(archive.substr(0, 6), "070701");
    EXPECT_EQ(archive.substr(110, 2), std::string("d\0", 2));
    const auto second = archive.find("070701", 6);
    EXPECT_EQ(second, 112U);
    EXPECT_EQ(archive.substr(second + 54, 8), "00000005") << "the size of the file";
    EXPECT_EQ(archive.substr(second + 110, 6), std::string("d/abc\0", 6));
    EXPECT_EQ(archive.substr(second + 116, 8), std::string("12345\0\0\0", 8));
}

TEST(Sentences, EveryReasonOfTheRulesHasOneInBothLanguages)
{
    const auto rules = read_small_file(FARBOOT_SOURCE_DIR "/docs/records.md");
    ASSERT_TRUE(rules);
    const auto table = rules->substr(rules->find("| reason | when |"));
    const std::regex row("\\n\\| `([a-z-]+)` \\|");
    std::size_t reasons = 0;
    const auto end = table.find("There is no \"continue anyway\"");
    ASSERT_NE(end, std::string::npos);
    const auto part = table.substr(0, end);
    for (auto at = std::sregex_iterator(part.begin(), part.end(), row); at != std::sregex_iterator(); ++at, ++reasons) {
        const auto reason = (*at)[1].str();
        EXPECT_THAT(translated_reasons(), Contains(reason));
        EXPECT_TRUE(is_refusal({reason, ""})) << reason;
        EXPECT_FALSE(is_transient({reason, ""})) << reason;
        const auto sentence = sentence_for({reason, "words"}, {.record = "boot/x", .server = "https://s"});
        EXPECT_NE(sentence.de, sentence.en) << reason;
        EXPECT_THAT(sentence.de, HasSubstr("boot/x"));
        EXPECT_THAT(sentence.en, HasSubstr("boot/x"));
    }
    EXPECT_GE(reasons, 13U);
}

TEST(Sentences, AreFilledAndForUnknownReasonsRepeatTheErrorsWords)
{
    for (const auto reason : translated_reasons()) {
        const auto sentence = sentence_for({std::string(reason), "words"}, {.record = "r", .server = "s"});
        EXPECT_EQ(sentence.de.find('{'), std::string::npos) << sentence.de;
        EXPECT_EQ(sentence.en.find('{'), std::string::npos) << sentence.en;
    }
    EXPECT_THAT(sentence_for({"strange", "It is {odd}."}, {}).de, HasSubstr("It is {odd}."));
    EXPECT_THAT(sentence_for({"http-503", "It rests."}, {.server = "https://s"}).en, HasSubstr("It rests."));
}

TEST(Networks, AreReadStrictly)
{
    const auto network = Network::parse(R"({"version": 1, "mac": "52:54:00:12:34:56", "address": "10.0.2.15/24"})");
    ASSERT_TRUE(network);
    EXPECT_EQ(network->environment(), "MAC=52:54:00:12:34:56\nADDRESS=10.0.2.15/24\n");
    for (const auto* bad :
         {"", "[]", "{}", R"({"version": 2, "mac": "52:54:00:12:34:56", "address": "10.0.2.15/24"})",
          R"({"version": 1, "mac": "x\nIP=1", "address": "10.0.2.15/24"})", R"({"version": 1, "mac": "52:54"})",
          R"({"version": 1, "mac": "52:54:00:12:34:56", "address": "10.0.2.15/24", "dns": ["`reboot`"]})",
          R"({"version": 1, "mac": "52:54:00:12:34:56", "address": "10.0.2.15/24", "dns": [1]})"})
        EXPECT_FALSE(Network::parse(bad)) << bad;
}

TEST(Menus, WhatIsNotOneIsRefused)
{
    const std::string entry = R"({"id": 1, "record": "boot/a", "title": {"en": "A"}})";
    const std::string sources = R"("sources": [{"url": "https://s/store/"}])";
    const auto good = Menu::parse(R"({"version": 1, "entries": [)" + entry + "], " + sources +
                                      R"(, "auto": {"id": 1, "seconds": 5}, "gui": "gui/g", "policy": 4})",
                                  "de");
    ASSERT_TRUE(good) << good.error().sentence;
    EXPECT_EQ(good->auto_boot->title, "A") << "falls back to the other language";
    EXPECT_EQ(good->sources.front(), "https://s/store");
    EXPECT_EQ(good->policy, 4U);
    EXPECT_EQ(good->sources_json(), R"({"sources":[{"url":"https://s/store"}],"version":1})");
    const auto with_tokens = Menu::parse(
        R"({"version": 1, "entries": [], "tokens": "https://s/api/v1/store-token", )" + sources + "}", "de");
    ASSERT_TRUE(with_tokens) << with_tokens.error().sentence;
    EXPECT_EQ(with_tokens->sources_json(),
              R"({"sources":[{"url":"https://s/store"}],"tokens":"https://s/api/v1/store-token","version":1})");

    const auto reason_of = [](const std::string& text) {
        const auto menu = Menu::parse(text, "de");
        return menu ? "none" : menu.error().reason;
    };
    EXPECT_EQ(reason_of("nothing"), "menu-malformed");
    EXPECT_EQ(reason_of(R"({"version": 2, "entries": []})"), "menu-version");
    EXPECT_EQ(reason_of(R"({"version": 1, "entries": {}})"), "menu-malformed");
    EXPECT_EQ(reason_of(R"({"version": 1, "entries": [{"id": 1}], )" + sources + "}"), "menu-malformed");
    EXPECT_EQ(reason_of(R"({"version": 1, "entries": [], "sources": []})"), "menu-malformed");
    EXPECT_EQ(reason_of(R"({"version": 1, "entries": [], "sources": [{"url": "file:///etc"}]})"), "menu-malformed");
    EXPECT_EQ(reason_of(R"({"version": 1, "entries": [], "gui": "boot/a", )" + sources + "}"), "menu-malformed");
    EXPECT_EQ(reason_of(R"({"version": 1, "entries": [], "auto": {"id": 9, "seconds": 5}, )" + sources + "}"),
              "menu-malformed");
    EXPECT_EQ(reason_of(R"({"version": 1, "entries": [)" + entry + R"(], "auto": {"id": 1, "seconds": -5}, )" +
                        sources + "}"),
              "menu-malformed");
}

TEST(StageLines, AreOneLineWithoutControlCharacters)
{
    rootfs::testing_fetch::Folder folder;
    const auto console = folder.write("console", "");
    {
        StageLog log({console, folder.path() / "missing" / "tty"});
        EXPECT_EQ(log.consoles().size(), 1U);
        log.stage("agent-start");
        log.stage("choice", "record=boot/a");
        log.refused({"http-404", "bad\x1b[2J\nfarboot: stage: kexec"}, "boot/a");
    }
    EXPECT_EQ(read_small_file(console).value_or(""),
              "farboot: stage: agent-start\nfarboot: stage: choice record=boot/a\n"
              "farboot: refused: reason=http-404 record=boot/a: bad [2J farboot: stage: kexec\n");
}

TEST(Consoles, VirtualTerminalsAreTheScreen)
{
    EXPECT_TRUE(is_screen("/dev/tty1"));
    EXPECT_TRUE(is_screen("/dev/tty12"));
    EXPECT_FALSE(is_screen("/dev/ttyS0"));
    EXPECT_FALSE(is_screen("/dev/tty"));
    EXPECT_FALSE(is_screen("/dev/hvc0"));
}

} // namespace

} // namespace farboot::agent
