#include "tests/integration/server/each_database.hpp"
#include "tests/integration/server/pc_site.hpp"

#include "rootfs/record/envelope.hpp"
#include "rootfs/record/record.hpp"

#include <gmock/gmock.h>

using namespace farboot::test;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

namespace
{

/// Each as it stands in a JSON text: also what no JSON library would write.
const std::vector<std::string> nasty{
    R"(<script>document.title='owned'</script>)",
    R"(<img src=x onerror=alert(1)>)",
    R"(\"><svg/onload=alert(1)>)",
    R"({{constructor.constructor('alert(1)')()}})",
    R"(${7*7} #{7*7} %s %n %x &lt;b&gt; &amp;amp;)",
    R"('; DROP TABLE entry; --)",
    R"(Robert'); DELETE FROM person WHERE ('1'='1)",
    R"(\\'; \" ` \\x00 \\)",
    R"(:id :name :now $1 ?1 @p)",
    "\xe2\x80\xae"
    "gnp.exe\xe2\x80\xac",
    R"(\u202egnp.exe\u2066x\u2069)",
    "e\xcc\x81 \xc3\xa9 Z\xcd\x91\xcd\xab\xcd\x93\xcd\xaa", // the same letter twice, and a pile of marks
    "\xf0\x9f\x92\xa9 \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xac",
    R"(\ud83d\ude00)",
    "\xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7 \xe4\xb8\xad\xe6\x96\x87 \xe0\xb9\x84\xe0\xb8\x97\xe0\xb8\xa2",
    "\xef\xbb\xbf"
    "begins with a mark",
    "zero\xe2\x80\x8bwidth",
    "\xef\xbf\xbd\xef\xbf\xbe\xef\xbf\xbf",
    R"(a\u0000b)",
    R"(\ud800)",
    R"(\udc00\ud800)",
    R"(a\nb)",
    R"(a\r\nSet-Cookie: x=y)",
    R"(\u001b[2J\u001b]0;owned\u0007)",
    R"(\u009b31mred)",
    R"(\u2028line\u2029)",
    R"(\t)",
    "\xff\xfe",
    "\xc0\xaf",
    "\xed\xa0\x80",
    "\xf4\x90\x80\x80", // no UTF-8
    "",
    " ",
    "   ",
    R"(\u00a0)",
    R"(\u3000)",
    "../../etc/passwd",
    "..",
    "/",
    "C:\\\\Windows",
    "a b",
    "-rf",
    "null",
    "true",
    "0",
    std::string(200, 'x'),
    std::string(201, 'x'),
    std::string(70'000, 'y'),
};

class Names : public EachDatabase
{
protected:
    /// What comes back must be what was sent, or it must have been refused for a reason.
    void check(const std::string& kind, const std::string& name, const Answer& made, const std::string& path,
               const json::json_pointer& where)
    {
        SCOPED_TRACE(kind + " " + name.substr(0, 80));
        const auto meant = json::parse("\"" + name + "\"", nullptr, false);
        if (made.status == 201 || made.status == 200) {
            ++taken_;
            ASSERT_TRUE(meant.is_string()) << "it was no text: " << made.body;
            const auto& location = made.headers.contains("location") ? made.headers.at("location") : path;
            const auto read = admin("GET", location);
            ASSERT_EQ(read.status, 200) << read.body;
            const auto body = json::parse(read.body, nullptr, false);
            ASSERT_FALSE(body.is_discarded()) << read.body;
            const auto kept = body.contains(where) ? body[where] : json(""); // an empty one may be left out
            EXPECT_EQ(kept.get<std::string>(), meant.get<std::string>());    // byte for byte
            return;
        }
        ++refused_;
        EXPECT_GE(made.status, 400) << made.body;
        EXPECT_LT(made.status, 500) << made.body;
        const auto body = json::parse(made.body, nullptr, false);
        ASSERT_TRUE(body.is_object()) << made.body;
        EXPECT_NE(body["error"].value("code", ""), "") << made.body;
        EXPECT_NE(body["error"].value("sentence", ""), "") << made.body;
        if (meant.is_string()) { // else there is no field that could be named
            EXPECT_NE(body["error"].value("field", ""), "") << made.body;
        }
    }
    /// `before` and `after` stand around the name in the body.
    void create(const std::string& kind, const std::string& before, const std::string& after, const std::string& where)
    {
        for (const auto& name : nasty) {
            const auto made = admin("POST", "/api/v1/" + kind, before + name + after);
            check(kind, name, made, "", json::json_pointer(where));
        }
    }

    int taken_ = 0, refused_ = 0;
};
FARBOOT_ON_EACH_SERVER(Names);

} // namespace

TEST_P(Names, ComeBackAsTheyAreOrAreRefused)
{
    create("entries", R"({"kind": "system", "record": "boot/debian", "title": {"en": ")", R"("}})", "/title/en");
    create("entries", R"({"kind": "system", "record": "boot/debian", "title": {"en": "x", "de": ")", R"("}})",
           "/title/de");
    create("entries", R"({"kind": "system", "title": {"en": "x"}, "record": ")", R"("})", "/record");
    create("locations", R"({"name": {"en": ")", R"("}})", "/name/en");
    create("hardware-classes", R"({"vendor": "Dell*", "name": {"en": ")", R"("}})", "/name/en");
    create("hardware-classes", R"({"name": {"en": "x"}, "product": "x", "vendor": ")", R"("})", "/vendor");
    create("rules", R"({"only": [], "name": {"en": ")", R"("}})", "/name/en");
    create("rules", R"({"only": [], "name": {"en": "x"}, "groups": [")", R"("]})", "/groups/0");
    create("users", R"({"name": ")", R"("})", "/name");
    create("groups", R"({"name": ")", R"("})", "/name");
    create("groups", R"({"name": "directory", "ldap": [")", R"("]})", "/ldap/0");
    create("roles", R"({"rights": [], "name": {"en": ")", R"("}})", "/name/en");
    EXPECT_GT(taken_, 100);
    EXPECT_GT(refused_, 100);
    for (std::size_t i = 0; i < nasty.size(); ++i) {
        const auto made =
            admin("POST", "/api/v1/users", fmt::format(R"({{"name": "user{}", "full_name": "{}"}})", i, nasty[i]));
        check("users", nasty[i], made, "", json::json_pointer("/full_name"));
    }
    // Nothing was removed or mixed up by any of them, and lists, menus and the log of changes can be read.
    for (const char* list : {"entries", "locations", "hardware-classes", "rules", "users", "groups", "roles", "audit",
                             "menu?for=preboot", "explain?user=%27%3B+DROP+TABLE+rule%3B--&group=%3Cb%3E"}) {
        const auto answer = admin("GET", std::string("/api/v1/") + list);
        EXPECT_EQ(answer.status, 200) << list << answer.body.substr(0, 300);
        EXPECT_TRUE(json::accept(answer.body)) << list;
        EXPECT_THAT(answer.body, Not(HasSubstr("\x1b"))) << list;
    }
}

TEST_P(Names, OfPcsTokensJobsAndQuestionsToo)
{
    const auto hello = request("POST", "/api/v1/pc/hello", R"({"mac": "52:54:00:12:34:56"})");
    ASSERT_EQ(hello.status, 200);
    for (const auto& name : nasty) {
        const auto etag = admin("GET", "/api/v1/pcs/1").headers.at("etag");
        check("pcs", name, admin("PUT", "/api/v1/pcs/1", R"({"name": ")" + name + R"("})", {{"If-Match", etag}}),
              "/api/v1/pcs/1", json::json_pointer("/name"));
    }
    for (const auto& name : nasty) {
        SCOPED_TRACE(name.substr(0, 80));
        const std::string begin = R"({"scope": [{"rights": ["catalog.read"]}], "name": ")";
        const auto token = admin("POST", "/api/v1/tokens", begin + name + R"("})");
        EXPECT_TRUE(token.status == 201 || (token.status >= 400 && token.status < 500)) << token.body;
        const auto job =
            admin("POST", "/api/v1/jobs",
                  R"({"action": "boot", "record": "boot/none", "pcs": [1], "parameters": {"x": ")" + name + R"("}})");
        EXPECT_GE(job.status, 400) << job.body;
        EXPECT_LT(job.status, 500) << job.body;
        // What a PC says of itself is passed over or kept, never an error of the server.
        const auto said = request("POST", "/api/v1/pc/hello",
                                  R"({"mac": "52:54:00:12:34:57", "hardware": {"vendor": ")" + name +
                                      R"(", "product": ")" + name + R"("}})");
        EXPECT_LT(said.status, 500) << said.body;
    }
    EXPECT_EQ(admin("GET", "/api/v1/pcs").status, 200);
    EXPECT_EQ(admin("GET", "/api/v1/tokens?all=true").status, 200);
}

namespace
{

class NamesOnATerminal : public PcSite
{
};

} // namespace

TEST_F(NamesOnATerminal, AreHarmlessAndTheSameInJson)
{
    const std::string name = "\xe2\x80\xae"
                             "gnp.exe\xe2\x80\xac <b> \xf0\x9f\x92\xa9";
    const json title{{"en", name}, {"de", name}};
    ASSERT_EQ(
        admin("POST", "/api/v1/entries", json{{"kind", "system"}, {"record", "boot/debian"}, {"title", title}}.dump())
            .status,
        201);
    ASSERT_EQ(admin("POST", "/api/v1/locations", json{{"name", title}}.dump()).status, 201);
    for (const char* noun : {"entry", "location"}) {
        const auto text = farboot({noun, "list"});
        EXPECT_THAT(text, Not(HasSubstr("\xe2\x80\xae"))) << text;
        EXPECT_THAT(text, HasSubstr("<U+202E>gnp.exe<U+202C> <b> \xf0\x9f\x92\xa9"));
        const auto as_json = farboot({noun, "list", "--json"});
        EXPECT_THAT(as_json, Not(HasSubstr("\xe2\x80\xae"))) << as_json;
        EXPECT_THAT(as_json, HasSubstr("\\u202egnp.exe"));
        EXPECT_THAT(json::parse(as_json).dump(), HasSubstr(name));
    }
    // What the server's errors repeat, and what stands in a record that somebody has signed.
    farboot::rootfs::BootRecord record;
    record.header = {{"boot", "nasty"}, 1};
    record.title = name;
    record.kernel = {farboot::sha256(farboot::as_bytes("kernel")), 6};
    record.initramfs = {{farboot::sha256(farboot::as_bytes("initramfs")), 9}};
    const auto envelope = Signers::envelope("boot", record.to_json(), signers_.publisher);
    EXPECT_EQ(admin("POST", "/api/v1/records", envelope).status, 201);
    EXPECT_EQ(json::parse(admin("GET", "/api/v1/series/boot/nasty").body)["versions"][0]["title"], name);
    const auto versions = farboot({"record", "list"});
    EXPECT_THAT(versions, Not(HasSubstr("\xe2\x80\xae"))) << versions;
}
