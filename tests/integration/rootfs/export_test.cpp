/// `farboot export` with clients that know nothing of Farboot: libnbd's programs, QEMU's, and nbd-client.
#include "tests/integration/rootfs/published_image.hpp"
#include "tests/reserved_port.hpp"

#include <gmock/gmock.h>

#include <csignal>

namespace farboot::test
{
namespace
{

using testing::HasSubstr;
using testing::Not;

/// The commands of docs/export.md that make the certificates.
std::string certificate_commands()
{
    const auto page = read_whole(FARBOOT_DOCS "/export.md");
    const std::string fence = "```sh\n";
    const auto begin = page.find(fence + "# The authority");
    const auto end = page.find("```\n", begin + fence.size());
    return begin == std::string::npos ? "false" : page.substr(begin + fence.size(), end - begin - fence.size());
}

class ExportTest : public PublishedImage
{
protected:
    void SetUp() override
    {
        PublishedImage::SetUp();
        if (IsSkipped())
            return;
        web.emplace(folder.path / "web", store());
    }

    [[nodiscard]] std::string file(const std::string& name) const { return (folder.path / name).string(); }

    [[nodiscard]] std::vector<std::string> command(const std::vector<std::string>& options) const
    {
        std::vector<std::string> words{
            FARBOOT,    "export", file("record.dsse"), "--policy", file("policy.dsse"), "--store",
            web->url(), "--ca",   web->ca(),           "--plugin", FARBOOT_PLUGIN};
        words.insert(words.end(), options.begin(), options.end());
        return words;
    }

    /// Runs until clients can connect, on a port that is free.
    void start(std::vector<std::string> options = {})
    {
        options.insert(options.end(), {"--pidfile", file("pid"), "--port", std::to_string(port)});
        server.emplace(command(options), file("log"));
        ASSERT_TRUE(eventually([&] { return !read_whole(file("pid")).empty() || !server->running(); }));
        ASSERT_TRUE(server->running()) << read_whole(file("log"));
    }

    /// What a refused start says.
    std::string refused(const std::vector<std::string>& words)
    {
        std::string output;
        EXPECT_NE(run(words, &output), 0) << output;
        return output;
    }

    void make_certificates(const std::string& where) const
    {
        std::filesystem::create_directories(file(where));
        std::string output;
        ASSERT_EQ(run({"bash", "-ec", "cd " + file(where) + "\n" + certificate_commands()}, &output), 0) << output;
    }

    [[nodiscard]] std::string uri(const std::string& scheme = "nbd", const std::string& query = "") const
    {
        return fmt::format("{}://localhost:{}/vm/tiny@3{}", scheme, port, query);
    }
    [[nodiscard]] std::string tls_uri(const std::string& certificates) const
    {
        return uri("nbds", "?tls-certificates=" + file(certificates));
    }
    /// QEMU's options for the same.
    [[nodiscard]] std::vector<std::string> qemu_img_info(const std::string& certificates) const
    {
        return {"qemu-img",
                "info",
                "--object",
                "tls-creds-x509,id=tls0,endpoint=client,dir=" + file(certificates),
                "--image-opts",
                fmt::format("driver=nbd,server.type=inet,server.host=localhost,server.port={},export=vm/tiny@3,"
                            "tls-creds=tls0",
                            port)};
    }
    std::string good(const std::vector<std::string>& words)
    {
        std::string output;
        EXPECT_EQ(run(words, &output), 0) << output << read_whole(file("log"));
        return output;
    }

    int port = reserved_port();
    std::optional<WebServer> web;
    std::optional<Process> server;
};

TEST_F(ExportTest, ServesAnyClientAndSaysWhatToType)
{
    start();
    const auto log = read_whole(file("log"));
    EXPECT_THAT(log, HasSubstr("nbdinfo \"" + uri() + "\""));
    EXPECT_THAT(log, HasSubstr(fmt::format("nbd-client localhost {} /dev/nbd0 -N vm/tiny@3 -R\n", port)));
    EXPECT_EQ(good({"nbdinfo", "--size", uri()}), fmt::format("{}\n", image.size()));
    good({"nbdcopy", uri(), copied()});
    EXPECT_TRUE(copy_is_whole());
    EXPECT_THAT(good({"qemu-img", "compare", "-f", "raw", "-F", "raw", file("image"), uri()}), HasSubstr("identical"));
    EXPECT_THAT(good({"qemu-io", "-r", "-f", "raw", "-c", "read -P 0 12M 4M", uri()}), Not(HasSubstr("failed")));
    EXPECT_THAT(good({"nbd-client", "-l", "localhost", std::to_string(port)}), HasSubstr("vm/tiny@3"));
    EXPECT_THAT(good({"qemu-img", "create", "-f", "qcow2", "-F", "raw", "-b", uri(), file("mine.qcow2")}),
                HasSubstr(fmt::format("size={}", image.size())));
    std::string output;
    EXPECT_NE(run({"qemu-io", "-f", "raw", "-c", "write 0 4k", uri()}, &output), 0) << output;
    server->send(SIGTERM);
    EXPECT_EQ(server->wait(), 0);
}

TEST_F(ExportTest, ServesSeveralImagesByName)
{
    const auto first = read_whole(file("record.dsse"));
    write_whole(file("first.dsse"), first);
    write_record("boot", "desktop", 12);
    start({file("first.dsse")});
    const auto list = good({"nbdinfo", "--list", fmt::format("nbd://localhost:{}", port)});
    EXPECT_THAT(list, HasSubstr("export=\"vm/tiny@3\""));
    EXPECT_THAT(list, HasSubstr("export=\"boot/desktop@12\""));
    for (const auto* name : {"vm/tiny@3", "boot/desktop@12"})
        EXPECT_EQ(good({"nbdinfo", "--size", fmt::format("nbd://localhost:{}/{}", port, name)}),
                  fmt::format("{}\n", image.size()));
    std::string output;
    EXPECT_NE(run({"nbdinfo", "--size", fmt::format("nbd://localhost:{}", port)}, &output), 0)
        << "which one would the default be? " << output;
}

TEST_F(ExportTest, ListensOnAUnixSocket)
{
    server.emplace(command({"--unix", file("nbd.sock"), "--pidfile", file("pid")}), file("log"));
    ASSERT_TRUE(eventually([&] { return !read_whole(file("pid")).empty() || !server->running(); }));
    good({"nbdcopy", "nbd+unix:///vm/tiny@3?socket=" + file("nbd.sock"), copied()});
    EXPECT_TRUE(copy_is_whole());
    EXPECT_THAT(refused(command({"--unix", file("nbd.sock")})), HasSubstr("nbd.sock is there already"));
}

TEST_F(ExportTest, OverTlsOnlyClientsWithACertificateLearnAnything)
{
    make_certificates("tls");
    make_certificates("stranger");
    // What a stranger would bring: his own certificate, and trust in the right server.
    write_whole(file("stranger/client/ca-cert.pem"),
                read_whole(file("tls/ca-cert.pem")) + read_whole(file("stranger/ca-cert.pem")));
    write_whole(file("none/ca-cert.pem"), read_whole(file("tls/ca-cert.pem")));
    start({"--tls", file("tls/server")});

    EXPECT_EQ(good({"nbdinfo", "--size", tls_uri("tls/client")}), fmt::format("{}\n", image.size()));
    good({"nbdcopy", tls_uri("tls/client"), copied()});
    EXPECT_TRUE(copy_is_whole());
    EXPECT_THAT(good(qemu_img_info("tls/client")), HasSubstr(fmt::format("({} bytes)", image.size())));
    EXPECT_THAT(good({"nbd-client", "-l", "localhost", std::to_string(port), "-enable-tls", "-cacertfile",
                      file("tls/client/ca-cert.pem"), "-certfile", file("tls/client/client-cert.pem"), "-keyfile",
                      file("tls/client/client-key.pem"), "-tlshostname", "localhost"}),
                HasSubstr("vm/tiny@3"));

    const auto size = std::to_string(image.size());
    for (const std::vector<std::string>& stranger :
         std::vector<std::vector<std::string>>{{"nbdinfo", uri()},
                                               {"nbdinfo", "--list", fmt::format("nbd://localhost:{}", port)},
                                               {"nbdinfo", tls_uri("none")},
                                               {"nbdinfo", tls_uri("stranger/client")},
                                               {"nbdcopy", tls_uri("stranger/client"), file("stolen")},
                                               qemu_img_info("none"),
                                               qemu_img_info("stranger/client")}) {
        std::string output;
        EXPECT_NE(run(stranger, &output), 0) << output;
        EXPECT_THAT(output, Not(HasSubstr(size))) << stranger.back();
        EXPECT_THAT(output, Not(HasSubstr("export-size"))) << stranger.back();
    }
    EXPECT_EQ(read_whole(file("stolen")), "");
    EXPECT_THAT(good({"nbdinfo", "--size", tls_uri("tls/client")}), HasSubstr(size)) << "it goes on for the others";
}

TEST_F(ExportTest, ARevokedClientIsRefused)
{
    make_certificates("tls");
    std::string output;
    ASSERT_EQ(run({"bash", "-ec", "cd " + file("tls") + R"(
touch index; echo 01 > number
printf '[ca]\ndefault_ca=it\n[it]\ndatabase=index\ncrlnumber=number\ndefault_md=sha256\ndefault_crl_days=30\n' > ca.conf
openssl ca -config ca.conf -cert ca-cert.pem -keyfile ca-key.pem -revoke client/client-cert.pem
openssl ca -config ca.conf -cert ca-cert.pem -keyfile ca-key.pem -gencrl -out server/ca-crl.pem)"},
                  &output),
              0)
        << output;
    start({"--tls", file("tls/server")});
    EXPECT_NE(run({"nbdinfo", "--size", tls_uri("tls/client")}, &output), 0) << output;
}

TEST_F(ExportTest, SaysWhatIsWrongBeforeItServes)
{
    const auto with = [&](const std::string& option, const std::string& value) {
        auto words = command({});
        *(std::ranges::find(words, option) + 1) = value;
        return refused(words);
    };
    EXPECT_THAT(with("export", file("gone.dsse")), HasSubstr("gone.dsse: No such file"));
    EXPECT_THAT(with("export", web->ca()), HasSubstr("ca.pem cannot be exported"));
    EXPECT_THAT(with("--policy", file("record.dsse")), HasSubstr("record.dsse cannot be used"));
    EXPECT_THAT(with("--ca", file("gone.pem")), HasSubstr("gone.pem cannot be read: No such file"));
    EXPECT_THAT(with("--store", "https://localhost:1/store"), HasSubstr("https://localhost:1/store cannot be read"));
    EXPECT_THAT(with("--store", store().string()), HasSubstr("farboot image export"));
    EXPECT_THAT(refused(command({"--listen", "203.0.113.1"})), HasSubstr("Port 10809 of 203.0.113.1 cannot be used"));

    EXPECT_THAT(refused(command({"--tls", file("empty")})),
                HasSubstr("empty/ca-cert.pem cannot be read (No such file"));
    make_certificates("tls");
    std::filesystem::remove(file("tls/server/server-key.pem"));
    EXPECT_THAT(refused(command({"--tls", file("tls/server")})), HasSubstr("server-key.pem cannot be read"));
    write_whole(file("tls/server/server-key.pem"), "no key");
    EXPECT_THAT(refused(command({"--tls", file("tls/server"), "--port", std::to_string(port)})),
                HasSubstr("server-key.pem"));

    start();
    EXPECT_THAT(refused(command({"--port", std::to_string(port)})),
                HasSubstr(fmt::format("Another program uses port {} of 127.0.0.1", port)));

    ref.manifest = sha256({});
    write_record();
    EXPECT_THAT(refused(command({})), HasSubstr("does not have the image of vm/tiny@3"));
}

TEST_F(ExportTest, WaitsForAStoreThatComesLater)
{
    web->stop();
    server.emplace(command({"--wait", "--port", std::to_string(port), "--pidfile", file("pid")}), file("log"));
    ASSERT_TRUE(eventually([&] { return read_whole(file("log")).contains("Trying again") || !server->running(); }));
    web->start();
    ASSERT_TRUE(eventually([&] { return !read_whole(file("pid")).empty() || !server->running(); }));
    good({"nbdcopy", uri(), copied()});
    EXPECT_TRUE(copy_is_whole());
}

} // namespace
} // namespace farboot::test
