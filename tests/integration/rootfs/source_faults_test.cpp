#include "tests/integration/rootfs/faulty_store.hpp"
#include "tests/integration/rootfs/published_image.hpp"

#include <gmock/gmock.h>

namespace farboot::test
{
namespace
{

using testing::HasSubstr;

struct Named {
    const char* name;
    Fault fault;
    bool late = false; ///< says nothing wrong, only too little
};

void PrintTo(const Named& named, std::ostream* out)
{
    *out << named.name;
}

/// Sources that misbehave, on the real reader: no wrong byte is served, and no read fails.
class SourceFaults : public PublishedImage, public testing::WithParamInterface<Named>
{
protected:
    [[nodiscard]] std::vector<std::string> parameters_of(const FaultyStore& first,
                                                         const WebServer* second = nullptr) const
    {
        std::vector<Address> addresses{{first.url(), first.authority()}};
        if (second != nullptr)
            addresses.push_back(address_of(*second));
        return parameters_for(addresses);
    }
    void expect_right(Process& copy, const NbdServer& server) const
    {
        EXPECT_EQ(copy.wait(), 0) << read_whole(folder.path / "copy.log") << server.log();
        EXPECT_TRUE(copy_is_whole());
    }
    static nlohmann::json counters(const NbdServer& server) { return server.status()["exports"][0]; }
};

TEST_P(SourceFaults, OfTheFirstOfTwoHurtNobody)
{
    FaultyStore faulty(store());
    const auto good = serve("web", store());
    const NbdServer server(folder.path / "nbd", parameters_of(faulty, &good));
    NbdClient client(server.uri());
    ASSERT_EQ(client.read(0, 4096).bytes, image.substr(0, 4096)); // so that it is known, and preferred
    faulty.misbehave(GetParam().fault);
    Process copy(nbdcopy(server), folder.path / "copy.log");
    expect_right(copy, server);
    EXPECT_GT(faulty.faults(), 0);
    const auto status = server.status();
    EXPECT_EQ(counters(server)["waits"], 0) << status.dump(2);
    EXPECT_EQ(counters(server)["verify_failures"] > 0, GetParam().fault == Fault::corrupt) << status.dump(2);
    const auto& second = status["sources"][1]; // by read-ahead, if that is quicker than who waits
    EXPECT_GT(second["demand_bytes"].get<std::uint64_t>() + second["read_ahead_bytes"].get<std::uint64_t>(), 0)
        << status.dump(2);
    if (GetParam().late) {
        EXPECT_GT(counters(server)["hedged"], 0) << status.dump(2);
        EXPECT_GT(status["sources"][0]["beaten"], 0) << status.dump(2);
        EXPECT_THAT(status["sources"][0]["state"], testing::AnyOf("slow", "good")) << "slow is not dead";
    }
}

/// Manifest, locator and the first chunks are spoilt like everything else.
TEST_P(SourceFaults, OfTheFirstOfTwoFromTheStartHurtNobody)
{
    FaultyStore faulty(store());
    faulty.misbehave(GetParam().fault);
    const auto good = serve("web", store());
    const NbdServer server(folder.path / "nbd", parameters_of(faulty, &good));
    Process copy(nbdcopy(server), folder.path / "copy.log");
    expect_right(copy, server);
    EXPECT_GT(faulty.faults(), 0);
    EXPECT_EQ(counters(server)["waits"], 0) << server.log();
}

TEST_P(SourceFaults, OfTheOnlySourceAreWaitedFor)
{
    FaultyStore faulty(store());
    const NbdServer server(folder.path / "nbd", parameters_of(faulty));
    NbdClient client(server.uri());
    ASSERT_EQ(client.read(0, 4096).bytes, image.substr(0, 4096));
    faulty.misbehave(GetParam().fault);
    Process copy(nbdcopy(server), folder.path / "copy.log");
    ASSERT_TRUE(eventually([&] { return faulty.faults() >= 3; })) << server.log();
    faulty.misbehave(Fault::none);
    expect_right(copy, server);
    EXPECT_EQ(counters(server)["hedged"], 0) << "there is nobody else to ask";
}

INSTANTIATE_TEST_SUITE_P(All, SourceFaults,
                         testing::Values(Named{"Silent", Fault::silent, true}, Named{"Stalls", Fault::stalls, true},
                                         Named{"Trickles", Fault::trickles, true},
                                         Named{"Unavailable", Fault::unavailable},
                                         Named{"Endless503", Fault::endless_503}, Named{"Truncated", Fault::truncated},
                                         Named{"Shorter", Fault::shorter}, Named{"Longer", Fault::longer},
                                         Named{"Endless", Fault::endless}, Named{"Corrupt", Fault::corrupt},
                                         Named{"Expired", Fault::expired}, Named{"Foreign", Fault::foreign}),
                         [](const auto& test) { return test.param.name; });

/// FARBOOT_STALL_SECONDS makes it minutes.
TEST_F(SourceFaults, AStallIsWaitedForHoweverLongItIs)
{
    FaultyStore faulty(store());
    const NbdServer server(folder.path / "nbd", parameters_of(faulty));
    NbdClient client(server.uri());
    ASSERT_EQ(client.read(0, 4096).bytes, image.substr(0, 4096));
    faulty.misbehave(Fault::stalls);
    Process copy(nbdcopy(server), folder.path / "copy.log");
    ASSERT_TRUE(eventually([&] { return faulty.faults() > 0; })) << server.log();
    std::this_thread::sleep_for(std::chrono::seconds(setting("FARBOOT_STALL_SECONDS", 1))); // that is the fault
    EXPECT_TRUE(copy.running());
    faulty.misbehave(Fault::none);
    expect_right(copy, server);
}

TEST_F(SourceFaults, ASourceThatTricklesFromTheStartDoesNotHoldUpTheManifest)
{
    FaultyStore faulty(store());
    faulty.misbehave(Fault::trickles);
    const auto good = serve("web", store());
    const NbdServer server(folder.path / "nbd", parameters_of(faulty, &good));
    Process copy(nbdcopy(server), folder.path / "copy.log");
    expect_right(copy, server);
    EXPECT_EQ(counters(server)["waits"], 0);
    EXPECT_GT(server.status()["sources"][0]["beaten"], 0);
}

TEST_F(SourceFaults, ASlowSourceAloneIsWaitedForAndMeasured)
{
    FaultyStore faulty(store());
    faulty.misbehave(Fault::slow);
    const NbdServer server(folder.path / "nbd", parameters_of(faulty));
    NbdClient client(server.uri());
    EXPECT_EQ(client.read(5 * megabyte, 4096).bytes, image.substr(5 * megabyte, 4096));
    const auto status = server.status();
    EXPECT_EQ(counters(server)["waits"], 0);
    EXPECT_EQ(status["sources"][0]["state"], "good");
    EXPECT_LE(status["sources"][0]["bytes_per_second"], 7 * 16'000) << status.dump(2); // what comes in seven parts
    EXPECT_GE(status["sources"][0]["latency_ms"], 0);
}

TEST_F(SourceFaults, AnExpiredCertificateIsNotBelieved)
{
    FaultyStore faulty(store());
    faulty.misbehave(Fault::expired);
    auto impatient = parameters_of(faulty);
    impatient.emplace_back("give-up=1");
    const NbdServer server(folder.path / "nbd", impatient);
    NbdClient client(server.uri());
    EXPECT_EQ(client.read(0, 4096).error, EIO);
    EXPECT_EQ(counters(server)["fetched_bytes"], 0);
    EXPECT_THAT(server.log(), HasSubstr("certificate has expired"));
}

} // namespace
} // namespace farboot::test
