#include "rootfs/base/digest.hpp"
#include "tests/integration/server/server_process.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <csignal>
#include <sys/stat.h>

using namespace farboot;
using namespace farboot::test;
using testing::HasSubstr;
using testing::Not;

namespace
{

class Life : public ServerTest
{
protected:
    unsigned mode(const char* name)
    {
        struct stat info{};
        ::stat((data() / name).c_str(), &info);
        return info.st_mode & 0777;
    }
    std::string shown_certificate()
    {
        std::string text;
        run({"/bin/sh", "-c",
             fmt::format("openssl s_client -connect 127.0.0.1:{} < /dev/null 2> /dev/null | openssl x509 -noout -ext "
                         "subjectAltName",
                         port_)},
            &text);
        return text;
    }
};

} // namespace

TEST_F(Life, SecretsAreForTheOwnerOnly)
{
    for (const char* name : {"ca.key", "server.key", "statement.key", "initial-admin-password", "catalog.sqlite"})
        EXPECT_EQ(mode(name), 0600U) << name;
    EXPECT_EQ(mode("."), 0700U);
}

TEST_F(Life, InitChangesNothingThatIsThere)
{
    const auto password = read_whole(data() / "initial-admin-password");
    const auto certificate = read_whole(data() / "server.pem");
    const auto key = read_whole(data() / "statement.pub");
    std::string output;
    ASSERT_EQ(command({"init"}, &output), 0);
    EXPECT_THAT(output, HasSubstr("statement.pub"));
    EXPECT_EQ(read_whole(data() / "initial-admin-password"), password);
    EXPECT_EQ(read_whole(data() / "server.pem"), certificate);
    EXPECT_EQ(read_whole(data() / "statement.pub"), key);
}

TEST_F(Life, ARunningDownloadEndsBeforeTheServerDoes)
{
    const std::string content(32 << 20, 'x');
    const auto name = sha256(as_bytes(content)).hex();
    write_whole(store() / "v1/files" / name, content);
    auto idle = connect();
    auto busy = connect();
    busy.send(request_text("GET", "/store/v1/files/" + name, "", {}));
    ASSERT_TRUE(busy.wait_for_bytes());
    server_->send(SIGTERM);
    EXPECT_TRUE(idle.wait_for_close());
    const auto answer = busy.receive();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body.size(), content.size());
    EXPECT_EQ(server_->wait(), 0);
    EXPECT_THAT(log(), HasSubstr("event=stopped"));
}

TEST_F(Life, ACertificateIsTakenOnHangup)
{
    auto before = connect();
    EXPECT_THAT(shown_certificate(), Not(HasSubstr("new.example")));
    ASSERT_EQ(command({"init", "--name", "new.example"}), 0);
    server_->send(SIGHUP);
    EXPECT_TRUE(eventually([&] { return log().find("event=certificate names=") != std::string::npos; }));
    EXPECT_THAT(log(), HasSubstr("new.example"));
    EXPECT_EQ(request("GET", "/healthz").status, 200);
    EXPECT_THAT(shown_certificate(), HasSubstr("DNS:new.example"));
    // A connection from before goes on with what it was begun with.
    before.send(request_text("GET", "/healthz", "", {}));
    EXPECT_EQ(before.receive().status, 200);
}

TEST_F(Life, ANewerSchemaIsRefusedWithASentence)
{
    if (!std::filesystem::exists("/usr/bin/sqlite3"))
        GTEST_SKIP() << "needs sqlite3";
    server_->send(SIGTERM);
    ASSERT_EQ(server_->wait(), 0);
    ASSERT_EQ(
        run({"/usr/bin/sqlite3", (data() / "catalog.sqlite").string(), "UPDATE schema_version SET version = 1000"}), 0);
    std::string output;
    EXPECT_EQ(command({"run", "--store", store().string(), "--listen", "127.0.0.1:0"}, &output), 1);
    EXPECT_THAT(output, HasSubstr("a newer farboot-server"));
}

TEST_F(Life, WrongOptionsAreNamed)
{
    std::string output;
    EXPECT_NE(command({"run", "--store", store().string(), "--listen", "here"}, &output), 0);
    EXPECT_THAT(output, HasSubstr("\"here\" is not an address"));
    EXPECT_NE(command({"init", "--name", "not a name"}, &output), 0);
    EXPECT_THAT(output, HasSubstr("not a name"));
    EXPECT_NE(command({"init", "--database", "postgresql://a:secret@b/c"}, &output), 0);
    EXPECT_THAT(output, HasSubstr("password"));
}
