from allauth.mfa.adapter import DefaultMFAAdapter

from apps.vault import actions

PURPOSE = "second factor"


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps the seeds of authenticator apps and recovery codes encrypted, as every other secret."""

    def encrypt(self, text: str) -> str:
        return actions.encrypt_text(text, purpose=PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        return actions.decrypt_text(encrypted_text, purpose=PURPOSE)

    def get_totp_issuer(self) -> str:
        return "Presence Rollout"
