#include "rootfs/settings/settings.hpp"

#include "rootfs/settings/checks.hpp"
#include "tests/unit/rootfs/settings/sample.hpp"

#include <gtest/gtest.h>

using namespace farboot::settings;
using nlohmann::json;

namespace
{

/// What is wrong when one setting has this value; "none" if nothing is.
std::string wrong(const std::string& name, const json& value)
{
    const auto parsed = Settings::parse({{name, value}});
    return parsed ? "none" : parsed.error().field;
}

/// The same with one member of a good value changed.
std::string wrong_with(const std::string& name, const std::string& member, const json& value)
{
    auto setting = farboot::test::all_settings()[name];
    setting[member] = value;
    return wrong(name, setting);
}

} // namespace

TEST(Settings, AllOfThemComeBackTheSame)
{
    const auto settings = Settings::parse(farboot::test::all_settings());
    ASSERT_TRUE(settings) << settings.error().field << ": " << settings.error().sentence;
    EXPECT_EQ(settings->to_json(), farboot::test::all_settings());
    EXPECT_EQ(Settings::parse(settings->to_json()), *settings);
}

TEST(Settings, WhatIsMissingOrNullSaysNothing)
{
    EXPECT_EQ(Settings::parse(json::object())->to_json(), json::object());
    EXPECT_EQ(Settings::parse({{"locale", nullptr}}), Settings());
}

TEST(Settings, EachHasAValueThatMeansNone)
{
    const json none{{"login", {{"kind", "local"}}}, {"home", {{"kind", "none"}}},
                    {"proxy", {{"url", nullptr}}},  {"printers", json::array()},
                    {"ssh_keys", json::array()},    {"shutdown", json::array()},
                    {"sources", json::array()},     {"idle", {{"log_out_minutes", 0}, {"power_off_minutes", 0}}}};
    const auto settings = Settings::parse(none);
    ASSERT_TRUE(settings) << settings.error().field;
    EXPECT_EQ(settings->to_json(), none);
}

TEST(Settings, WhatIsWrongIsNamed)
{
    EXPECT_EQ(wrong("colour", "blue"), "colour");
    EXPECT_EQ(wrong("login", {{"kind", "ldap"}, {"base", "dc=x"}}), "login.servers");
    EXPECT_EQ(wrong("login", {{"kind", "local"}, {"base", "dc=x"}}), "login.kind");
    EXPECT_EQ(wrong("login", {{"kind", "kerberos"}}), "login.kind");
    EXPECT_EQ(wrong("login", {{"kind", "ldap"}, {"bind_password", "x"}}), "login.bind_password");
    EXPECT_EQ(wrong("home", {{"kind", "nfs"}, {"server", "nas"}}), "home.path");
    EXPECT_EQ(wrong("home", {{"kind", "cifs"}, {"server", "nas"}}), "home.share");
    EXPECT_EQ(wrong("home", {{"kind", "none"}, {"server", "nas"}}), "home.server");
    EXPECT_EQ(wrong("keyboard", "de"), "keyboard");
    EXPECT_EQ(wrong("keyboard", json::object()), "keyboard.layout");
    EXPECT_EQ(wrong("idle", {{"log_out_minutes", 1.5}}), "idle.log_out_minutes");
    EXPECT_EQ(wrong("idle", {{"log_out_minutes", -1}}), "idle.log_out_minutes");
    EXPECT_EQ(wrong("idle", {{"log_out_minutes", 18446744073709551615U}}), "idle.log_out_minutes");
    EXPECT_EQ(wrong("shutdown", {{{"days", {"someday"}}, {"time", "22:00"}}}), "shutdown.days");
    EXPECT_EQ(wrong("shutdown", {{{"time", "24:00"}}}), "shutdown.time");
    EXPECT_EQ(wrong("shutdown", json(json::array_t(21, json{{"time", "22:00"}}))), "shutdown");
    EXPECT_EQ(wrong("sources", {"http://cache.example.org/store"}), "sources");
    EXPECT_EQ(wrong("sources", {"https://anna:secret@cache.example.org/store"}), "sources");
    EXPECT_EQ(wrong("sources", json(json::array_t(9, "https://cache.example.org/store"))), "sources");
    const json printer{{"name", "a"}, {"uri", "ipp://p/a"}};
    EXPECT_EQ(wrong("printers", {printer, printer}), "printers.name");
    EXPECT_EQ(Settings::parse(json::array()).error().field, "");
}

TEST(Settings, NothingGetsIntoAConfigurationFileThatEndsALineOrAValue)
{
    for (const char* tail : {"\n", "\r", "\n[domain/evil]", "\t", "\"", "'\n", "\\", "#", ";", "$(reboot)", "`reboot`",
                             "%u", "<", ">", "\x7f", "\xc2\x85", "\xe2\x80\xa8", "\xff"}) {
        const auto with = [&](const char* good) { return std::string(good) + tail; };
        EXPECT_EQ(wrong("hostname", with("pc")), "hostname") << tail;
        EXPECT_EQ(wrong("locale", with("de_DE.UTF-8")), "locale") << tail;
        EXPECT_EQ(wrong("time_zone", with("Europe/Berlin")), "time_zone") << tail;
        for (const char* member : {"layout", "variant", "model", "options"})
            EXPECT_EQ(wrong_with("keyboard", member, with("de")), std::string("keyboard.") + member) << tail;
        EXPECT_EQ(wrong_with("login", "servers", {with("ldaps://ldap.example.org")}), "login.servers") << tail;
        EXPECT_EQ(wrong_with("login", "base", with("dc=example")), "login.base") << tail;
        EXPECT_EQ(wrong_with("login", "groups", {with("students")}), "login.groups") << tail;
        EXPECT_EQ(wrong_with("home", "server", with("nas")), "home.server") << tail;
        EXPECT_EQ(wrong_with("home", "path", with("/home")), "home.path") << tail;
        EXPECT_EQ(wrong("proxy", {{"url", with("http://proxy:3128")}}), "proxy.url") << tail;
        EXPECT_EQ(wrong_with("proxy", "except", {with("localhost")}), "proxy.except") << tail;
        EXPECT_EQ(wrong("printers", {{{"name", with("a")}, {"uri", "ipp://p/a"}}}), "printers.name") << tail;
        EXPECT_EQ(wrong("printers", {{{"name", "a"}, {"uri", with("ipp://p/a")}}}), "printers.uri") << tail;
        EXPECT_EQ(wrong("printers", {{{"name", "a"}, {"uri", "ipp://p/a"}, {"description", with("A")}}}),
                  "printers.description")
            << tail;
        EXPECT_EQ(wrong("ssh_keys", {with(farboot::test::ssh_key)}), "ssh_keys") << tail;
    }
}

TEST(Hostname, IsALowerCaseNameOrAPattern)
{
    for (const char* good : {"pc", "pc-{id}", "{name}", "{location}-{id}.lab.example.org", "{mac}", "x{mac}y", "1a"})
        EXPECT_EQ(wrong("hostname", good), "none") << good;
    for (const char* bad :
         {"", "-pc", "pc-", "PC", "pc.", ".pc", "a..b", "a-.b", "pc_1", "{uuid}", "{id", "id}", "fe80::1", "{}", "a b"})
        EXPECT_EQ(wrong("hostname", bad), "hostname") << bad;
    EXPECT_EQ(wrong("hostname", std::string(64, 'a')), "none");
    EXPECT_EQ(wrong("hostname", std::string(65, 'a')), "hostname");
}

TEST(TimeZone, StaysBelowTheFolderOfZones)
{
    for (const char* good : {"Europe/Berlin", "UTC", "Etc/GMT+1", "America/Argentina/Buenos_Aires"})
        EXPECT_EQ(wrong("time_zone", good), "none") << good;
    for (const char* bad : {"/etc/passwd", "../../etc/passwd", "Europe/../../x", "Europe//Berlin", "Europe/", "."})
        EXPECT_EQ(wrong("time_zone", bad), "time_zone") << bad;
}

TEST(Login, TakesCertificatesAndNoKey)
{
    const std::string certificate = farboot::test::certificate;
    EXPECT_EQ(wrong_with("login", "ca", certificate + certificate), "none");
    EXPECT_EQ(wrong_with("login", "ca", "x"), "login.ca");
    EXPECT_EQ(wrong_with("login", "ca", certificate + "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
              "login.ca");
    EXPECT_EQ(wrong_with("login", "ca", certificate + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
              "login.ca");
    EXPECT_EQ(wrong_with("login", "ca", certificate + std::string(Login::longest_ca, '\n')), "login.ca");
}

TEST(Login, TakesNoPasswordInAnAddress)
{
    EXPECT_EQ(wrong_with("login", "servers", {"ldaps://user:secret@ldap.example.org"}), "login.servers");
    EXPECT_EQ(wrong_with("login", "servers", {"http://ldap.example.org"}), "login.servers");
    EXPECT_EQ(wrong("proxy", {{"url", "http://user:secret@proxy:3128"}}), "proxy.url");
    EXPECT_EQ(wrong("printers", {{{"name", "a"}, {"uri", "ipp://user:secret@p/a"}}}), "printers.uri");
}

TEST(SshKeys, AreKeysWithoutOptions)
{
    const std::string key = farboot::test::ssh_key;
    const auto bare = key.substr(0, key.rfind(' '));
    EXPECT_EQ(wrong("ssh_keys", {key, bare}), "none");
    EXPECT_EQ(wrong("ssh_keys", {key, key}), "ssh_keys");
    EXPECT_EQ(wrong("ssh_keys", {"command=\"reboot\" " + key}), "ssh_keys");
    EXPECT_EQ(wrong("ssh_keys", {"ssh-rsa" + key.substr(key.find(' '))}), "ssh_keys"); // the key says what it is, too
    EXPECT_EQ(wrong("ssh_keys", {"ssh-ed25519"}), "ssh_keys");
    EXPECT_EQ(wrong("ssh_keys", {bare + " "}), "ssh_keys");
    EXPECT_EQ(wrong("ssh_keys", key), "ssh_keys");
}

TEST(Home, OfEachUserOnCifs)
{
    for (const char* good : {"homes", "{user}$", "staff/{user}", "{user}"})
        EXPECT_EQ(wrong("home", {{"kind", "cifs"}, {"server", "nas"}, {"share", good}}), "none") << good;
    for (const char* bad : {"", "/homes", "..", "{group}", "a b", "$", "{user}{user}"})
        EXPECT_EQ(wrong("home", {{"kind", "cifs"}, {"server", "nas"}, {"share", bad}}), "home.share") << bad;
}

TEST(Received, LeavesOutWhatIsWrongAndSaysSo)
{
    const auto received =
        receive(R"({"locale": "de_DE.UTF-8", "time_zone": "../etc", "moon": "full", "hostname": "pc-{id}"})");
    EXPECT_EQ(received.settings.locale, Locale{"de_DE.UTF-8"});
    EXPECT_FALSE(received.settings.time_zone);
    EXPECT_FALSE(received.settings.hostname);
    EXPECT_EQ(received.refused.size(), 3U);
    EXPECT_EQ(receive("{\"locale\": ").refused.size(), 1U);
    EXPECT_EQ(receive(std::string(max_bytes + 1, ' ')).refused.size(), 1U);
    EXPECT_TRUE(receive("").refused.empty()); // nothing was handed over
    EXPECT_EQ(receive(R"({"locale": "C", "time_zone": "../etc"})", {"locale", "time_zone"}).settings, Settings());
}
