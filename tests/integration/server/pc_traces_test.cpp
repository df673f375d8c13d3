#include "rootfs/record/record.hpp"
#include "tests/integration/server/pcs.hpp"

#include <gmock/gmock.h>

#include <set>

using namespace farboot;
using namespace farboot::test;
using nlohmann::json;

namespace
{

/// PCs that send what they have read.
class PcTraces : public Pcs
{
protected:
    static rootfs::ImageRef image(const std::string& content, const std::string& audience = "")
    {
        return {.manifest = sha256(as_bytes(content)), .root_bytes = 80, .bytes = 8192, .audience = audience};
    }
    static std::string trace_of(const std::string& content, int bytes = 8192)
    {
        return fmt::format("# farboot trace 1\n# manifest {}\n# image_bytes {}\n# session lies\n"
                           "t_seconds,offset,length\n0.000000,0,4096\n",
                           sha256(as_bytes(content)).hex(), bytes);
    }
    void publish_root()
    {
        rootfs::BootRecord record;
        record.header = {{"boot", "debian"}, 2};
        record.title = "Debian";
        record.kernel = {sha256(as_bytes("kernel")), 6};
        record.initramfs = {{sha256(as_bytes("initramfs")), 9}};
        record.image = image("root");
        ASSERT_EQ(
            admin("POST", "/api/v1/records", Signers::envelope("boot", record.to_json(), signers_.publisher)).status,
            201);
    }
    void publish_vm(const std::string& series, std::uint64_t number, const rootfs::ImageRef& image)
    {
        rootfs::VmRecord record;
        record.header = {{"vm", series}, number};
        record.title = series;
        record.image = image;
        ASSERT_EQ(
            admin("POST", "/api/v1/records", Signers::envelope("vm", record.to_json(), signers_.publisher)).status,
            201);
    }
    json system_of(const json& hello)
    {
        const json record{{"record", "boot/debian"}, {"number", 2}};
        auto begin = record;
        begin["token"] = json::parse(pc("boot-token", record, hello["session"]).body)["token"];
        return json::parse(request("POST", "/api/v1/pc/system", begin.dump()).body)["session"];
    }
    std::string send(const json& session, const std::string& trace, const std::string& of = "")
    {
        return code_of(request("POST", "/api/v1/pc/trace" + of, trace, {{"Farboot-Pc", session.get<std::string>()}}));
    }
    json traces(const std::string& query = "")
    {
        return json::parse(admin("GET", "/api/v1/traces" + query).body)["traces"];
    }
    std::multiset<std::string> sessions()
    {
        std::multiset<std::string> all;
        for (const auto& trace : traces())
            all.insert(trace["session"].get<std::string>());
        return all;
    }
};

} // namespace

TEST_F(PcTraces, OfEnrolledPcsAreKeptForProfiles)
{
    publish_root();
    const auto key = rootfs::SigningKey::generate();
    const auto manifest = sha256(as_bytes("root")).hex();
    const auto text = trace_of("root");
    const auto waiting = met(key);
    EXPECT_EQ(send(system_of(waiting), text), "403 not-enrolled");
    EXPECT_EQ(send("nobody", text), "401 pc-unknown");
    ASSERT_EQ(confirm(waiting).status, 200);
    const auto session = system_of(met(key));
    EXPECT_EQ(send(session, "nonsense"), "400 trace-malformed");
    EXPECT_EQ(send(session, text), "204 ");
    EXPECT_EQ(send(session, text), "204 ") << "takes the place of the one before";
    const auto list = traces("?manifest=" + manifest);
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list[0]["session"], "boot/debian") << "what the PC says of itself does not count";
    const auto one = json::parse(admin("GET", fmt::format("/api/v1/traces/{}", list[0]["id"].get<int>())).body);
    EXPECT_THAT(one["trace"].get<std::string>(), testing::HasSubstr("# session boot/debian\n"));
    EXPECT_EQ(traces("?manifest=" + std::string(64, 'b')).size(), 0U);
    EXPECT_EQ(code_of(admin("GET", "/api/v1/traces?manifest=x")), "400 parameter-malformed");
    EXPECT_EQ(code_of(request("GET", "/api/v1/traces")), "401 login-needed");
}

TEST_F(PcTraces, BearTheHardwareClassesOfTheirPcsOrTheirModels)
{
    publish_root();
    const auto key = rootfs::SigningKey::generate();
    const auto meet = [&] {
        const json body{{"proof", key_proof(key, challenge())},
                        {"hardware", {{"vendor", "Dell Inc."}, {"product", "OptiPlex 7060"}, {"gpus", {"10de:1c82"}}}}};
        return json::parse(hello(body).body);
    };
    const auto sent_as = [&] {
        EXPECT_EQ(send(system_of(meet()), trace_of("root")), "204 ");
        const auto list = traces();
        return list.size() == 1 ? list[0]["hardware"].get<std::string>() : fmt::format("{} traces", list.size());
    };
    const auto add_class = [&](json definition, const char* name) {
        definition["name"] = {{"en", name}};
        ASSERT_EQ(admin("POST", "/api/v1/hardware-classes", definition.dump()).status, 201);
    };
    ASSERT_EQ(confirm(meet()).status, 200);
    EXPECT_EQ(sent_as(), "Dell Inc. OptiPlex 7060");
    add_class({{"vendor", "hp*"}}, "HP");
    add_class({{"gpus", {"10de"}}}, "NVIDIA");
    EXPECT_EQ(sent_as(), "NVIDIA");
    add_class({{"vendor", "dell*"}}, "Büro");
    EXPECT_EQ(sent_as(), "hardware classes 2, 3") << "a trace's head is ASCII";
}

TEST_F(PcTraces, OfVirtualMachinesBearTheirRecordsNames)
{
    publish_root();
    publish_vm("tiny", 3, image("disk"));
    publish_vm("other", 1, image("other disk"));
    const auto key = rootfs::SigningKey::generate();
    const auto waiting = met(key);
    const auto session = system_of(waiting);
    const auto enrolled = [&] {
        return json::parse(pc("report", {{"state", "running"}}, session).body)["enrolled"].get<bool>();
    };
    EXPECT_FALSE(enrolled());
    EXPECT_FALSE(enrolled()) << "nothing has changed";
    EXPECT_EQ(send(session, trace_of("disk"), "/vm/tiny/3"), "403 not-enrolled");
    EXPECT_EQ(send("nobody", trace_of("disk"), "/vm/tiny/3"), "401 pc-unknown");
    ASSERT_EQ(confirm(waiting).status, 200);
    EXPECT_TRUE(enrolled()) << "while it runs";
    EXPECT_EQ(send(session, trace_of("root")), "204 ");
    EXPECT_EQ(send(session, trace_of("disk"), "/vm/tiny/3"), "204 ");
    EXPECT_EQ(send(session, trace_of("other disk"), "/vm/other/1"), "204 ");
    EXPECT_EQ(sessions(), (std::multiset<std::string>{"boot/debian", "vm/other", "vm/tiny"}))
        << "none takes another's place";
    EXPECT_EQ(traces("?manifest=" + sha256(as_bytes("disk")).hex()).at(0)["session"], "vm/tiny");

    EXPECT_EQ(send(session, trace_of("root")), "204 ");
    EXPECT_EQ(send(session, trace_of("disk"), "/vm/tiny/3"), "204 ");
    publish_vm("tiny", 4, image("new disk"));
    EXPECT_EQ(send(session, trace_of("new disk"), "/vm/tiny/4"), "204 ") << "takes the older version's place";
    EXPECT_EQ(sessions(), (std::multiset<std::string>{"boot/debian", "vm/other", "vm/tiny"}));
    EXPECT_EQ(send(session, trace_of("disk"), "/vm/tiny/3"), "204 ") << "a machine may run when a version comes";
}

TEST_F(PcTraces, OfWhatIsNoImageOfTheRecordAreNotKept)
{
    publish_root();
    publish_vm("tiny", 3, image("disk"));
    const auto key = rootfs::SigningKey::generate();
    ASSERT_EQ(confirm(met(key)).status, 200);
    const auto enrolled = met(key);
    EXPECT_EQ(send(enrolled["session"], trace_of("root")), "404 image-unknown") << "it has started nothing yet";
    const auto session = system_of(enrolled);
    EXPECT_EQ(send(session, trace_of("made up")), "404 image-unknown");
    EXPECT_EQ(send(session, trace_of("disk")), "404 image-unknown");
    EXPECT_EQ(send(session, trace_of("root", 16384)), "404 image-unknown");
    EXPECT_EQ(send(session, trace_of("root"), "/vm/tiny/3"), "404 image-unknown");
    EXPECT_EQ(send(session, trace_of("disk"), "/vm/tiny/4"), "404 image-unknown");
    EXPECT_EQ(send(session, trace_of("disk"), "/vm/tiny/x"), "404 image-unknown");
    EXPECT_EQ(send(session, trace_of("disk"), "/vm/tiny/9007199254740992"), "404 image-unknown");
    EXPECT_EQ(send(session, trace_of("disk"), "/vm/TINY/3"), "404 image-unknown");
    EXPECT_EQ(traces().size(), 0U);
}

TEST_F(PcTraces, OfRestrictedImagesComeFromWhomTheyAreFor)
{
    publish_root();
    publish_vm("exam", 1, image("exam disk", "exam"));
    const auto key = rootfs::SigningKey::generate();
    ASSERT_EQ(confirm(met(key)).status, 200);
    const auto session = system_of(met(key));
    EXPECT_EQ(send(session, trace_of("exam disk"), "/vm/exam/1"), "404 image-unknown");
    EXPECT_EQ(traces().size(), 0U);
    const json room{{"name", {{"en", "Exam room"}}}, {"uuids", {uuid}}, {"audiences", {"exam"}}};
    ASSERT_EQ(admin("POST", "/api/v1/locations", room.dump()).status, 201);
    EXPECT_EQ(send(session, trace_of("exam disk"), "/vm/exam/1"), "204 ");
    EXPECT_EQ(sessions(), (std::multiset<std::string>{"vm/exam"}));
}
