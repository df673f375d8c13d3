#include "rootfs/record/policy.hpp"

#include "tests/unit/rootfs/record/sample.hpp"

#include <gtest/gtest.h>

namespace farboot::rootfs
{
namespace
{

using sample::boot_record;
using sample::envelope;
using sample::policy;
using sample::Refused;
using sample::role;

const RecordName desktop{"boot", "debian-desktop"};

class PolicyOpen : public testing::Test
{
protected:
    SigningKey anna_ = SigningKey::generate();
    SigningKey ben_ = SigningKey::generate();
    SigningKey cleo_ = SigningKey::generate();
    SigningKey stranger_ = SigningKey::generate();
    Policy one_of_one_ = policy({&anna_, &ben_}, {role("boot", "*", 1, {&anna_}), role("vm", "*", 1, {&ben_})});
    Policy two_of_three_ = policy({&anna_, &ben_, &cleo_}, {role("boot", "*", 2, {&anna_, &ben_, &cleo_})});
    std::string payload_ = boot_record().to_json();
};

TEST_F(PolicyOpen, GivesThePayloadThatWasSigned)
{
    auto opened = one_of_one_.open(envelope("boot", payload_, {&anna_}), desktop);
    ASSERT_TRUE(opened) << opened.error().sentence;
    EXPECT_EQ(*opened, payload_);
}

TEST_F(PolicyOpen, AcceptsEnoughDistinctKeysWhateverElseSigned)
{
    EXPECT_TRUE(two_of_three_.open(envelope("boot", payload_, {&ben_, &cleo_}), desktop));
    EXPECT_TRUE(two_of_three_.open(envelope("boot", payload_, {&stranger_, &anna_, &anna_, &ben_}), desktop));
}

TEST_F(PolicyOpen, RefusesAnUnsignedRecord)
{
    EXPECT_THAT(one_of_one_.open(envelope("boot", payload_, {}), desktop),
                Refused("signature-missing", "boot/debian-desktop is not signed"));
}

TEST_F(PolicyOpen, RefusesAnUnknownKey)
{
    EXPECT_THAT(one_of_one_.open(envelope("boot", payload_, {&stranger_}), desktop),
                Refused("key-unknown", "no key that this computer knows"));
}

TEST_F(PolicyOpen, RefusesTooFewKeys)
{
    EXPECT_THAT(two_of_three_.open(envelope("boot", payload_, {&anna_}), desktop),
                Refused("signatures-too-few", "not signed by enough of the keys"));
}

TEST_F(PolicyOpen, CountsAKeyThatSignedTwiceOnce)
{
    EXPECT_THAT(two_of_three_.open(envelope("boot", payload_, {&anna_, &anna_}), desktop),
                Refused("signatures-too-few", "(it has 1)"));
}

TEST_F(PolicyOpen, RefusesAKnownKeyWithoutTheRole)
{
    EXPECT_THAT(one_of_one_.open(envelope("boot", payload_, {&ben_}), desktop),
                Refused("signatures-too-few", "keys that may sign it"));
}

TEST_F(PolicyOpen, DoesNotAddUpTheKeysOfSeveralRoles)
{
    Policy split = policy({&anna_, &ben_, &cleo_},
                          {role("boot", "*", 2, {&anna_, &cleo_}), role("boot", "debian-desktop", 2, {&ben_, &cleo_})});
    EXPECT_THAT(split.open(envelope("boot", payload_, {&anna_, &ben_}), desktop),
                Refused("signatures-too-few", "not signed by enough"));
    EXPECT_TRUE(split.open(envelope("boot", payload_, {&cleo_, &ben_}), desktop));
}

TEST_F(PolicyOpen, KeepsARoleToItsSeries)
{
    Policy narrow = policy({&anna_}, {role("boot", "kiosk", 1, {&anna_})});
    EXPECT_THAT(narrow.open(envelope("boot", payload_, {&anna_}), desktop),
                Refused("signatures-too-few", "boot/debian-desktop"));
    EXPECT_TRUE(narrow.open(envelope("boot", boot_record("kiosk").to_json(), {&anna_}), {"boot", "kiosk"}));
}

TEST_F(PolicyOpen, RefusesASignatureThatDoesNotVerify)
{
    auto broken = envelope("boot", payload_, {&anna_});
    broken.signatures[0].bytes[10] ^= 1;
    EXPECT_THAT(one_of_one_.open(broken, desktop), Refused("signature-invalid", "changed after it was signed"));
}

TEST_F(PolicyOpen, RefusesOneBadSignatureAmongEnoughGoodOnes)
{
    auto broken = envelope("boot", payload_, {&anna_, &ben_, &cleo_});
    broken.signatures[2].bytes[63] ^= 0x10;
    EXPECT_THAT(two_of_three_.open(broken, desktop), Refused("signature-invalid", "is not used"));
}

TEST_F(PolicyOpen, RefusesASignatureUnderAnothersName)
{
    auto forged = envelope("boot", payload_, {&stranger_});
    forged.signatures[0].key_id = anna_.public_key().id();
    EXPECT_THAT(one_of_one_.open(forged, desktop), Refused("signature-invalid", "changed after it was signed"));
}

TEST_F(PolicyOpen, RefusesAChangedByteAnywhereInThePayload)
{
    auto good = envelope("boot", payload_, {&anna_});
    for (std::size_t i = 0; i < payload_.size(); ++i) {
        auto changed = good;
        changed.payload[i] ^= 1;
        ASSERT_THAT(one_of_one_.open(changed, desktop), Refused("signature-invalid", "changed after it was signed"))
            << "byte " << i;
    }
    auto longer = good;
    longer.payload += ' ';
    EXPECT_THAT(one_of_one_.open(longer, desktop), Refused("signature-invalid", ""));
}

TEST_F(PolicyOpen, RefusesAnotherTypesEnvelope)
{
    VmRecord vm{{{"vm", "debian-desktop"}, 1}, "VM", {sha256(as_bytes("disk")), 1, 1}, {}};
    EXPECT_THAT(one_of_one_.open(envelope("vm", vm.to_json(), {&ben_}), desktop),
                Refused("type-mismatch", "another type of record than boot/debian-desktop"));
}

TEST_F(PolicyOpen, RefusesAnotherTypesPayloadInThisTypesEnvelope)
{
    VmRecord vm{{{"vm", "debian-desktop"}, 1}, "VM", {sha256(as_bytes("disk")), 1, 1}, {}};
    EXPECT_THAT(one_of_one_.open(envelope("boot", vm.to_json(), {&anna_}), desktop),
                Refused("type-mismatch", "says of itself that it is of type vm"));
}

TEST_F(PolicyOpen, RefusesAPayloadTypeThatWasChangedAfterSigning)
{
    Policy both = policy({&anna_}, {{{"boot", "vm"}, {"*"}, 1, {anna_.public_key().id()}}});
    auto moved = envelope("boot", payload_, {&anna_});
    moved.payload_type = payload_type_of("vm");
    EXPECT_THAT(both.open(moved, {"vm", "debian-desktop"}), Refused("signature-invalid", ""));
}

TEST_F(PolicyOpen, RefusesAnUnknownTypeOrVersion)
{
    auto later = envelope("boot", payload_, {});
    later.payload_type = "application/vnd.farboot.boot.v2+json";
    later.sign(anna_);
    EXPECT_THAT(one_of_one_.open(later, desktop), Refused("type-unknown", "update it"));
    EXPECT_THAT(one_of_one_.open(envelope("disk", payload_, {&anna_}), desktop), Refused("type-unknown", "update it"));
}

TEST_F(PolicyOpen, RefusesAnotherSeries)
{
    EXPECT_THAT(one_of_one_.open(envelope("boot", boot_record("kiosk").to_json(), {&anna_}), desktop),
                Refused("series-mismatch", "boot/kiosk for boot/debian-desktop"));
}

TEST_F(PolicyOpen, RefusesASignedPayloadThatIsNoRecord)
{
    EXPECT_THAT(one_of_one_.open(envelope("boot", "{}", {&anna_}), desktop), Refused("record-malformed", "type"));
}

class PolicySuccession : public PolicyOpen
{
protected:
    /// Number `number`, with Cleo as the only one who may sign the next.
    Policy next(std::uint64_t number) const
    {
        return policy({&cleo_}, {role("policy", "policy", 1, {&cleo_})}, number);
    }
    Policy old_ = policy({&anna_, &ben_}, {role("policy", "policy", 2, {&anna_, &ben_})}, 4);
};

TEST_F(PolicySuccession, TakesTheNextNumberSignedByTheOldKeys)
{
    auto taken = old_.succeed(envelope("policy", next(5).to_json(), {&anna_, &ben_}));
    ASSERT_TRUE(taken) << taken.error().sentence;
    EXPECT_EQ(*taken, next(5));
    EXPECT_TRUE(taken->succeed(envelope("policy", next(6).to_json(), {&cleo_})));
}

TEST_F(PolicySuccession, IsNotUpToTheNewKeys)
{
    EXPECT_THAT(old_.succeed(envelope("policy", next(5).to_json(), {&cleo_})), Refused("key-unknown", "policy/policy"));
    EXPECT_THAT(old_.succeed(envelope("policy", next(5).to_json(), {&anna_, &cleo_})),
                Refused("signatures-too-few", "policy/policy"));
}

TEST_F(PolicySuccession, GoesByOneOnly)
{
    for (std::uint64_t number : {1, 3, 4})
        EXPECT_THAT(old_.succeed(envelope("policy", next(number).to_json(), {&anna_, &ben_})),
                    Refused("number-too-low", "not newer than 4"));
    EXPECT_THAT(old_.succeed(envelope("policy", next(6).to_json(), {&anna_, &ben_})),
                Refused("number-gap", "6 does not follow 4"));
}

TEST_F(PolicySuccession, RefusesAPolicyThatIsWrongInItself)
{
    Policy wrong = next(5);
    wrong.roles[0].threshold = 9;
    EXPECT_THAT(old_.succeed(envelope("policy", wrong.to_json(), {&anna_, &ben_})),
                Refused("record-malformed", "threshold"));
}

TEST_F(PolicySuccession, OfAPinnedPolicyNeedsItsOwnSignatures)
{
    auto pinned = Policy::load_pinned(envelope("policy", old_.to_json(), {&anna_, &ben_}).to_json());
    ASSERT_TRUE(pinned) << pinned.error().sentence;
    EXPECT_EQ(*pinned, old_);
    // a successor signed by the old keys and its own can be pinned, too
    EXPECT_TRUE(Policy::load_pinned(envelope("policy", next(5).to_json(), {&anna_, &ben_, &cleo_}).to_json()));

    EXPECT_THAT(Policy::load_pinned(envelope("policy", old_.to_json(), {&anna_}).to_json()),
                Refused("signatures-too-few", "policy/policy"));
    EXPECT_THAT(Policy::load_pinned(envelope("boot", old_.to_json(), {&anna_, &ben_}).to_json()),
                Refused("type-mismatch", "policy/policy"));
    EXPECT_THAT(Policy::load_pinned("{}"), Refused("envelope-malformed", "payloadType"));
}

} // namespace
} // namespace farboot::rootfs
