#include "tests/integration/server/server_process.hpp"
#include "tests/integration/server/slapd.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using namespace farboot::test;
using nlohmann::json;
using testing::HasSubstr;

namespace
{

/// Anna's DN and her group's have what means something in filters and DNs.
constexpr const char* anna_dn = R"(cn=Anna \28A\29*\, \5c,ou=people,dc=example,dc=org)";
constexpr const char* teachers_dn = R"(cn=Teachers\, (all)*,ou=groups,dc=example,dc=org)";

std::string directory(std::uint16_t referred_to)
{
    return fmt::format(R"(dn: dc=example,dc=org
objectClass: dcObject
objectClass: organization
o: Example

dn: cn=reader,dc=example,dc=org
objectClass: organizationalRole
objectClass: simpleSecurityObject
userPassword: the reader's password

dn: ou=people,dc=example,dc=org
objectClass: organizationalUnit

dn: {0}
objectClass: inetOrgPerson
uid: anna
sn: A
displayName: Anna Ä.
userPassword: anna's password

dn: cn=Bert,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: bert
sn: B
userPassword: bert's password

dn: cn=twin1,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: twin
sn: T
userPassword: the twin's password

dn: cn=twin2,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: twin
sn: T
userPassword: the twin's password

dn: cn=elsewhere,ou=people,dc=example,dc=org
objectClass: referral
objectClass: extensibleObject
ref: ldap://127.0.0.1:{2}/ou=people,dc=example,dc=com

dn: ou=groups,dc=example,dc=org
objectClass: organizationalUnit

dn: {1}
objectClass: groupOfNames
member: {0}

dn: cn=nobody,ou=groups,dc=example,dc=org
objectClass: groupOfNames
member: cn=Bert,ou=people,dc=example,dc=org
)",
                       anna_dn, teachers_dn, referred_to);
}

class Ldap : public ServerTest
{
protected:
    void SetUp() override
    {
        if (!Slapd::installed())
            GTEST_SKIP() << "slapd is not installed";
        ServerTest::SetUp();
        if (HasFatalFailure())
            return;
        slapd_ = std::make_unique<Slapd>(folder_.path / "slapd", data() / "server.pem", data() / "server.key",
                                         directory(elsewhere_.port()));
        write_whole(folder_.path / "reader", "the reader's password\n");
        const auto role = make("roles", {{"name", {{"en", "Reader"}}}, {"rights", {"catalog.read"}}});
        // another spelling of the same DN
        group_ = make("groups", {{"name", "teachers"},
                                 {"ldap", {R"(CN=Teachers\2C \28all\29\2A,  OU=groups,DC=Example,dc=org)"}},
                                 {"roles", {{{"role", role}}}}});
    }
    /// Restarts the server with this directory; `more` replaces members.
    void use(const json& more = json::object())
    {
        json settings{{"url", slapd_->ldaps()},
                      {"ca", (data() / "ca.pem").string()},
                      {"bind_dn", "cn=reader,dc=example,dc=org"},
                      {"bind_password_file", (folder_.path / "reader").string()},
                      {"user_base", "ou=people,dc=example,dc=org"},
                      {"group_base", "ou=groups,dc=example,dc=org"},
                      {"name_attribute", "displayName"}};
        settings.merge_patch(more);
        write_whole(folder_.path / "ldap.json", settings.dump());
        more_options_ = {"--ldap", (folder_.path / "ldap.json").string()};
        server_.reset();
        start();
    }
    std::int64_t make(const std::string& what, const json& body)
    {
        const auto answer = admin("POST", "/api/v1/" + what, body.dump());
        EXPECT_EQ(answer.status, 201) << answer.body;
        return json::parse(answer.body)["id"];
    }
    Answer log_in(const std::string& user, const std::string& password)
    {
        return request("POST", "/api/v1/session", json({{"user", user}, {"password", password}}).dump(),
                       {{"Content-Type", "application/json"}});
    }
    json user(const std::string& name)
    {
        const auto users = json::parse(admin("GET", "/api/v1/users").body)["users"];
        for (const auto& each : users)
            if (each["name"] == name)
                return each;
        return nullptr;
    }

    SilentPort elsewhere_;
    std::unique_ptr<Slapd> slapd_;
    std::int64_t group_ = 0;
};

} // namespace

TEST_F(Ldap, UsersComeWithTheirGroups)
{
    use();
    const auto answer = log_in("Anna", "anna's password");
    ASSERT_EQ(answer.status, 200) << answer.body << log();
    const auto session = json::parse(answer.body);
    EXPECT_EQ(session["user"], "anna");
    EXPECT_EQ(session["own_password"], false);
    EXPECT_EQ(session["rights"], json::parse(R"([{"rights": ["catalog.read"]}])"));
    const auto anna = user("anna");
    EXPECT_EQ(anna["source"], "ldap");
    EXPECT_EQ(anna["full_name"], "Anna Ä.");
    EXPECT_EQ(anna["given_groups"], json::array({group_}));
    EXPECT_EQ(log_in("anna", "bert's password").status, 401);
    EXPECT_EQ(log_in("nobody", "anna's password").status, 401);
    EXPECT_EQ(log_in("twin", "the twin's password").status, 401) << "two of them";
    EXPECT_EQ(log_in("*", "anna's password").status, 401);
    EXPECT_EQ(log_in("anna)(uid=*", "anna's password").status, 401);
    EXPECT_EQ(log_in("bert", "bert's password").status, 403) << "no group of his may do anything";
    EXPECT_EQ(user("bert"), nullptr);
    EXPECT_FALSE(elsewhere_.was_visited()) << "a referral was followed";
    EXPECT_EQ(log().find("anna's password"), std::string::npos);
    const auto rows = json::parse(admin("GET", "/api/v1/audit?object=user:&limit=1").body)["audit"];
    EXPECT_EQ(rows[0]["action"], "log in");
    EXPECT_EQ(rows[0]["user"], "anna");
    EXPECT_EQ(rows[0]["after"]["given_groups"], json::array({group_}));
}

TEST_F(Ldap, WhoLeavesTheGroupLosesItsRights)
{
    use();
    const auto answer = log_in("anna", "anna's password");
    ASSERT_EQ(answer.status, 200) << answer.body;
    const auto cookie = answer.headers.at("set-cookie");
    const Headers session{{"Cookie", cookie.substr(0, cookie.find(';'))}};
    EXPECT_EQ(request("GET", "/api/v1/entries", "", session).status, 200);
    slapd_->modify(fmt::format("dn: {}\nchangetype: delete\n", teachers_dn));
    EXPECT_EQ(log_in("anna", "anna's password").status, 403);
    EXPECT_EQ(request("GET", "/api/v1/entries", "", session).status, 403);
    EXPECT_EQ(user("anna")["given_groups"], json::array());
}

TEST_F(Ldap, LocalUsersStayLocal)
{
    use();
    auto password = read_whole(data() / "initial-admin-password");
    password.pop_back();
    slapd_->modify("dn: cn=False,ou=people,dc=example,dc=org\nchangetype: add\nobjectClass: inetOrgPerson\nuid: admin\n"
                   "sn: F\nuserPassword: the false admin\n");
    EXPECT_EQ(log_in("admin", "the false admin").status, 401);
    EXPECT_EQ(log_in("admin", password).status, 200);
    slapd_->stop();
    EXPECT_EQ(log_in("admin", password).status, 200) << "whatever the directory does";
    EXPECT_EQ(log_in("anna", "anna's password").status, 503);
}

TEST_F(Ldap, DisabledUsersStayOut)
{
    use();
    ASSERT_EQ(log_in("anna", "anna's password").status, 200);
    auto anna = user("anna");
    anna["enabled"] = false;
    const auto path = fmt::format("/api/v1/users/{}", anna["id"].get<int>());
    ASSERT_EQ(admin("PUT", path, anna.dump(), {{"If-Match", "*"}}).status, 200);
    EXPECT_EQ(log_in("anna", "anna's password").status, 403);
    EXPECT_EQ(admin("PUT", path + "/password", R"({"password": "a long password"})").status, 409)
        << "it is the directory's";
}

TEST_F(Ldap, PasswordsGoOverEncryptedConnectionsOnly)
{
    use({{"url", slapd_->ldap()}}); // StartTLS
    EXPECT_EQ(log_in("anna", "anna's password").status, 200) << log();
    // slapd itself would refuse a plain one
    use({{"url", slapd_->ldap()}, {"plain", true}});
    EXPECT_EQ(log_in("anna", "anna's password").status, 503);
    EXPECT_THAT(log(), HasSubstr("onfidentiality required"));
    // an authority that the directory's certificate is not of
    for (const auto& url : {slapd_->ldap(), slapd_->ldaps()}) {
        std::string output;
        ASSERT_EQ(run({FARBOOT_SERVER, "init", "--data", (folder_.path / "stranger").string()}, &output), 0);
        use({{"url", url}, {"ca", (folder_.path / "stranger/ca.pem").string()}});
        EXPECT_EQ(log_in("anna", "anna's password").status, 503) << url;
        EXPECT_THAT(log(), HasSubstr("event=directory user=\"anna\"")) << url;
    }
    // not unless it is said
    write_whole(
        folder_.path / "ldap.json",
        json({{"url", slapd_->ldap()}, {"start_tls", false}, {"user_base", "o=x"}, {"group_base", "o=x"}}).dump());
    server_.reset();
    std::string output;
    EXPECT_EQ(command({"run", "--store", store().string(), "--ldap", (folder_.path / "ldap.json").string()}, &output),
              1);
    EXPECT_THAT(output, HasSubstr("say \"plain\": true"));
}

TEST_F(Ldap, SettingsAreTriedWithoutAServer)
{
    use();
    server_.reset();
    const auto attempt = [&](const std::string& password) {
        std::string output;
        const auto line = fmt::format("echo \"{}\" | {} ldap {} --name anna", password, FARBOOT_SERVER,
                                      (folder_.path / "ldap.json").string());
        run({"/bin/sh", "-c", line}, &output);
        return output;
    };
    EXPECT_THAT(attempt("anna's password"),
                testing::AllOf(HasSubstr("Name:   Anna Ä."), HasSubstr("Group:  cn=teachers")));
    EXPECT_THAT(attempt("wrong"), HasSubstr("does not accept the password of cn=Anna"));
    slapd_->stop();
    EXPECT_THAT(attempt("anna's password"), HasSubstr("failed at connecting: Can't contact LDAP server"));
}

TEST_F(Ldap, ASilentDirectoryIsGivenUp)
{
    const SilentPort silent;
    use({{"url", fmt::format("ldaps://127.0.0.1:{}", silent.port())}, {"timeout_seconds", 1}});
    const auto answer = log_in("anna", "anna's password");
    EXPECT_EQ(answer.status, 503) << answer.body;
    EXPECT_TRUE(answer.headers.contains("retry-after"));
    EXPECT_TRUE(silent.was_visited());
    use({{"url", fmt::format("ldap://127.0.0.1:{}", silent.port())}, {"timeout_seconds", 1}});
    EXPECT_EQ(log_in("anna", "anna's password").status, 503);
}
