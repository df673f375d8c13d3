#include "vmchooser/catalog/menu.hpp"

#include <gtest/gtest.h>

using namespace farboot::vmchooser;

namespace
{

TEST(Menu, KeepsVirtualMachinesInOrder)
{
    const auto menu = Menu::parse(R"({"version": 1, "revision": 17, "unknown": true, "entries": [
        {"id": 1, "kind": "vm", "record": "vm/tiny", "number": 3, "title": {"de": "Kleines Linux", "en": "Tiny Linux"},
         "description": {"en": "Starts in seconds"}, "icon": "terminal"},
        {"id": 2, "kind": "system", "record": "boot/desktop", "number": 1, "title": {"en": "Desktop"}},
        {"id": 3, "kind": "vm", "record": "vm/win", "number": 1, "title": {"en": "Windows"}}],
        "auto": null, "gui": null, "sources": [], "policy": 1})");
    ASSERT_TRUE(menu) << menu.error().sentence;
    EXPECT_EQ(menu->revision, 17U);
    ASSERT_EQ(menu->entries.size(), 2U);
    EXPECT_EQ(menu->entries[0].record.text(), "vm/tiny");
    EXPECT_EQ(menu->entries[0].title.in("de"), "Kleines Linux");
    EXPECT_EQ(menu->entries[0].title.in("en"), "Tiny Linux");
    EXPECT_EQ(menu->entries[0].description.in("de"), "Starts in seconds")
        << "a missing language falls back to the other";
    EXPECT_EQ(menu->entries[1].title.in("de"), "Windows");
    EXPECT_EQ(menu->entries[0].group.in("de"), "");
}

TEST(Menu, ReadsHowAMachineIsOffered)
{
    const auto of = [](const std::string& offering) {
        return Menu::parse(
            R"({"version": 1, "entries": [{"kind": "vm", "record": "vm/x", "number": 3, "title": {"en": "x"},
            "offering": )" +
            offering + "}]}");
    };
    const auto menu = of(R"({"version": 3, "memory_mib": {"min": 1024, "wanted": null, "percent": 75}, "later": [1],
        "cpus": {"wanted": 2}, "network": "none", "sound": false, "usb": true, "clipboard": false, "home": "write",
        "exam": true})");
    ASSERT_TRUE(menu) << menu.error().sentence;
    const Offering expected{.version = 3,
                            .memory_mib = {.min = 1024, .percent = 75},
                            .cpus = {.wanted = 2},
                            .network = false,
                            .sound = false,
                            .usb = true,
                            .clipboard = false,
                            .home = HomeShare::write,
                            .exam = true};
    EXPECT_EQ(menu->entries[0].offering, expected);
    EXPECT_EQ(of("null")->entries[0].offering, Offering());
    const auto script = of(R"({"script": {"name": "Hello", "interpreter": "powershell", "text": "echo hello"}})");
    EXPECT_EQ(script->entries[0].offering.script, (Script{"Hello", "script.ps1", "echo hello"}));
    EXPECT_FALSE(of(R"({"script": {"interpreter": "perl", "text": "x"}})")->entries[0].offering.script);
    EXPECT_EQ(of(R"({"script": {"interpreter": "sh", "text": ")" + std::string((64 << 10) + 1, 'x') + R"("}})")
                  .error()
                  .reason,
              "menu-malformed");
    EXPECT_FALSE(of(R"({"network": "bridge"})")->entries[0].offering.network) << "what is not known opens nothing";
    EXPECT_EQ(of(R"({"home": "everything"})")->entries[0].offering.home, HomeShare::none);
    for (const auto* bad :
         {"1", R"({"usb": 1})", R"({"version": 0})", R"({"memory_mib": 3})", R"({"cpus": {"percent": 101}})",
          R"({"memory_mib": {"min": -1}})", R"({"script": "rm"})", R"({"script": {"interpreter": "sh"}})"})
        EXPECT_EQ(of(bad).error().reason, "menu-malformed") << bad;
}

TEST(Menu, RefusesAnotherVersion)
{
    EXPECT_EQ(Menu::parse(R"({"version": 2, "entries": []})").error().reason, "menu-version");
    EXPECT_EQ(Menu::parse(R"({"entries": []})").error().reason, "menu-version");
}

TEST(Menu, RefusesWhatIsNoMenu)
{
    for (const auto* text :
         {"", "[]", "<html>", R"({"version": 1})", R"({"version": 1, "entries": {}})",
          R"({"version": 1, "entries": [{"kind": "vm", "number": 1, "title": {"en": "x"}}]})",
          R"({"version": 1, "entries": [{"kind": "vm", "record": "boot/x", "number": 1, "title": {"en": "x"}}]})",
          R"({"version": 1, "entries": [{"kind": "vm", "record": "vm/../x", "number": 1, "title": {"en": "x"}}]})",
          R"({"version": 1, "entries": [{"kind": "vm", "record": "vm/x", "number": 1, "title": {}}]})"})
        EXPECT_FALSE(Menu::parse(text)) << text;
}

TEST(Menu, BoundsTexts)
{
    const auto menu = Menu::parse(R"({"version": 1, "entries": [{"kind": "vm", "record": "vm/x", "number": 1,
        "title": {"en": "a\u001b\nb"}, "description": {"en": ")" +
                                  std::string(799, 'x') + "\u00e4\u00e4\"}}]}");
    ASSERT_TRUE(menu) << menu.error().sentence;
    EXPECT_EQ(menu->entries[0].title.en, "ab");
    EXPECT_EQ(menu->entries[0].description.en, std::string(799, 'x')) << "cut before the character that does not fit";
}

} // namespace
