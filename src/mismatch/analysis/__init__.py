"""Tables out of tables: which axes vary, what each arm scored. No TensorFlow here."""
